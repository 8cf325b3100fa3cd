"""The kernel before jupyter_kernel_test, with every suite for a feature that the kernel has."""

import unittest

import jupyter_kernel_test


class AdderKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "adder"
    language_name = "java"
    file_extension = ".java"

    code_hello_world = 'System.out.println("hello, world");'
    code_stderr = 'System.err.println("hello, world");'

    completion_samples = [
        {"text": "Math.sq", "matches": {"sqrt("}},
        {"text": '"text".toUpper', "matches": {"toUpperCase("}},
    ]

    complete_code_samples = ["int x = 1;", "1 + 1", "int f(int x) {\n  return x;\n}", "// a comment"]
    incomplete_code_samples = ["int f(int x) {", "foo(", '"""\ntext', "/* a comment"]
    invalid_code_samples = ["int = = 3;", "}"]

    code_generate_error = 'throw new IllegalStateException("on purpose");'
    code_execute_result = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "6 * 7", "result": "42"},
        {"code": 'Table.create("t")', "mime": "text/html"},
    ]
    code_display_data = [
        {"code": "display(42)", "mime": "text/plain"},
        {"code": 'display(Table.create("t"))', "mime": "text/html"},
    ]
    code_history_pattern = "1*2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.max"
    code_clear_output = "clearOutput();"


if __name__ == "__main__":
    unittest.main(verbosity=2)
