package dev.adder.evaluation.spider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a model writes, its database stays as it is, and so do the process and its files. */
class HostileQueriesTest {

  private static final Path GOLDEN =
      Path.of("src/test/resources/golden/spider/database/music/music.sqlite");

  private static final Duration SHORT = Duration.ofMillis(300);

  /** Recursion without an end. */
  private static final String ENDLESS =
      "with recursive n(i) as (select 1 union all select i + 1 from n) ";

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void copy() throws IOException {
    file = folder.resolve("music with space.sqlite");
    Files.copy(GOLDEN, file);
  }

  /** What must be refused, and what may be answered but harms nothing. */
  private List<String> queries() {
    String other = folder.resolve("other.sqlite").toString();
    List<String> queries =
        new ArrayList<>(
            List.of(
                "insert into singer values (99, 'x', 'y', 1)",
                "INSERT INTO singer SELECT * FROM singer",
                "replace into singer values (1, 'x', 'y', 1)",
                "update singer set age = 0",
                "delete from singer",
                "drop table singer",
                "drop table if exists concert",
                "alter table singer rename to s",
                "alter table singer add column x int",
                "alter table singer drop column age",
                "create table t (a int)",
                "create temp table t as select * from singer",
                "create view v as select * from singer",
                "create index i on singer (age)",
                "create trigger t after insert on singer begin delete from singer; end",
                "create virtual table f using fts5(a)",
                "reindex",
                "analyze",
                "vacuum",
                "vacuum into '" + other + "'",
                "attach database '" + other + "' as o",
                "attach ':memory:' as o",
                "detach main",
                "begin immediate",
                "begin; delete from singer; commit",
                "commit",
                "rollback",
                "savepoint s",
                "pragma writable_schema = on",
                "pragma query_only = off",
                "pragma journal_mode = wal",
                "pragma user_version = 7",
                "pragma hard_heap_limit = 0",
                "pragma temp_store_directory = '" + folder + "'",
                "explain delete from singer",
                "with x as (select 1) delete from singer",
                "with x as (select 1) insert into singer select 1, 2, 3, 4",
                "with x as (select 1) update singer set age = 1",
                "select 1; delete from singer",
                "select 1;; drop table singer",
                "select 1 /* ; */; update singer set age = 1 --",
                "; delete from singer",
                "-- select\ndelete from singer",
                "/* select */ drop table singer",
                "select load_extension('" + other + "')",
                "select writefile('" + other + "', 'x')",
                "select readfile('/etc/passwd')",
                "select edit('x')",
                "select fts3_tokenizer('x', x'00')",
                "select * from pragma_journal_mode('wal')",
                "select * from pragma_writable_schema(1)",
                "select randomblob(1000000000)",
                "select hex(zeroblob(900000000))",
                "select printf('%.*c', 1000000000, 'x')",
                "select replace(printf('%.*c', 900000, 'x'), 'x', printf('%.*c', 900000, 'y'))",
                "select group_concat(hex(randomblob(100000))) from singer a, singer b, singer c",
                "select 'x' like '" + "%a".repeat(2000) + "'",
                "select printf('%.*c', 900000, 'a') like '" + "%a_".repeat(300) + "b'",
                ENDLESS + "select count(*) from n",
                ENDLESS + "select i from n",
                ENDLESS + "select i, hex(randomblob(50000)) from n",
                ENDLESS + "select i from n order by i desc",
                ENDLESS + "select sum(hex(randomblob(1000)) like '%a%') from n",
                "select count(*) from singer a, singer b, singer c, singer d, singer e, singer f,"
                    + " singer g, singer h, singer i, singer j, singer k",
                "select " + "(".repeat(5000) + "1" + ")".repeat(5000),
                "select " + "not ".repeat(5000) + "1",
                "select " + "1 + ".repeat(100_000) + "1",
                "select 1" + " union all select 1".repeat(20_000),
                "select 1" + ", 1".repeat(5000),
                "select '" + "x".repeat(2_000_000) + "'",
                "select * from singer where name = '\0'; delete from singer",
                "",
                ";",
                "\ud83d",
                "select * from sqlite_master where sql = writable_schema"));
    return queries;
  }

  private String hash() throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    return HexFormat.of().formatHex(digest);
  }

  @Test
  void sixty_hostile_queries_change_no_file_and_leave_the_process_alive() throws Exception {
    String before = hash();
    int refused = 0;
    List<String> queries = queries();
    assertThat(queries).hasSizeGreaterThanOrEqualTo(60);
    try (ReadOnlyDatabase database = ReadOnlyDatabase.open(file, SHORT)) {
      for (String query : queries) {
        try {
          database.run(query, 100_000);
        } catch (QueryFailedException expected) {
          assertThat(expected.getMessage()).isNotBlank();
          refused++;
        }
        assertThat(hash()).as(query).isEqualTo(before);
      }
      assertThat(refused).isGreaterThanOrEqualTo(60);
      // The connection answers on as before, and stays read-only.
      assertThat(database.run("select count(*) from singer")).isEqualTo(List.of(List.of(9L)));
      assertThat(database.run("select * from pragma_query_only")).isEqualTo(List.of(List.of(1L)));
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void a_query_is_given_up_after_its_time_its_rows_or_its_memory() throws Exception {
    try (ReadOnlyDatabase database = ReadOnlyDatabase.open(file, SHORT)) {
      assertThatThrownBy(() -> database.run(ENDLESS + "select count(*) from n"))
          .isInstanceOf(QueryFailedException.class)
          .hasMessage("It took more than 300 ms.");
      assertThatThrownBy(() -> database.run("select * from singer", 8))
          .isInstanceOf(QueryFailedException.class)
          .hasMessage("The result has more than 8 rows or 128 MB.");
      assertThatThrownBy(() -> database.run("select zeroblob(2000000)"))
          .isInstanceOf(QueryFailedException.class)
          .hasMessageContaining("too big");
    }
  }

  @Test
  void an_interrupted_thread_gives_its_query_up() throws Exception {
    try (ReadOnlyDatabase database = ReadOnlyDatabase.open(file)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> database.run(ENDLESS + "select count(*) from n"))
          .isInstanceOf(CancellationException.class)
          .hasMessage("A query was interrupted.");
    }
  }

  @Test
  void only_one_reading_statement_is_run() throws Exception {
    try (ReadOnlyDatabase database = ReadOnlyDatabase.open(file)) {
      assertThat(database.run("  /* a */ -- b\n select ';' as \"x;y\" ;; -- end"))
          .isEqualTo(List.of(List.of(";")));
      assertThatThrownBy(() -> database.run("delete from singer"))
          .hasMessage("Only SELECT, WITH and VALUES are run.");
      assertThatThrownBy(() -> database.run("select 1; select 2"))
          .hasMessage("Only one statement is run at a time.");
    }
    assertThatThrownBy(() -> ReadOnlyDatabase.open(folder.resolve("none.sqlite")))
        .isInstanceOf(QueryFailedException.class)
        .hasMessageEndingWith(
            "none.sqlite is missing. Give the folder with tables.json and the folder database.");
  }
}
