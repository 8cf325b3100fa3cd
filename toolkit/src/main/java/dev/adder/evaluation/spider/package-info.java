/**
 * Spider's official evaluation of SQL queries: how they are read, compared, run, and how hard they
 * are, its oddities included, since scores are comparable with them only.
 */
@NullMarked
package dev.adder.evaluation.spider;

import org.jspecify.annotations.NullMarked;
