package dev.adder.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * All kernel texts by the real compiler, which needs no GPU: -Dadder.nvrtc=/path/to/libnvrtc.so.12.
 */
@EnabledIfSystemProperty(
    named = "adder.nvrtc",
    matches = ".+",
    disabledReason = "-Dadder.nvrtc names no NVRTC library.")
class NvrtcTest {

  private static final Pattern USED =
      Pattern.compile(
          "entry function '(\\w+)'.*?(\\d+) bytes spill stores, (\\d+) bytes spill loads.*?"
              + "Used (\\d+) registers(?:.*?(\\d+) bytes smem)?",
          Pattern.DOTALL);

  private final Nvrtc nvrtc = Nvrtc.load(Path.of(System.getProperty("adder.nvrtc")));

  private static List<KernelSet> all() {
    List<KernelSet> all = new ArrayList<>();
    for (String type : List.of("float", "bf16")) {
      for (String shape : List.of("4, 4", "4, 8", "4, 16", "4, 32", "8, 32")) {
        all.add(
            set(
                "scan.cu",
                "scan_local<%s, %s>".formatted(type, shape),
                "scan_forward<%s, %s>".formatted(type, shape),
                "scan_backward_local<%s, %s>".formatted(type, shape),
                "scan_backward<%s, %s>".formatted(type, shape)));
      }
      all.add(
          set(
              "scan.cu",
              "scan_combine<%s>".formatted(type),
              "scan_backward_combine<%s>".formatted(type)));
      for (int width : new int[] {1, 4, 8}) {
        all.add(
            set(
                "convolution.cu",
                "convolution_forward<%s, %d>".formatted(type, width),
                "convolution_backward<%s, %d>".formatted(type, width)));
      }
      all.add(
          set(
              "cross_entropy.cu",
              "cross_entropy_forward<%s>".formatted(type),
              "cross_entropy_backward<%s>".formatted(type)));
      all.add(CudaColumns.kernels(type));
      all.add(CudaDropout.kernels(type));
      all.add(CudaRows.kernels(type));
      all.add(set("sum.cu", "sum_parts<%s>".formatted(type)));
      all.add(
          set(
              "norm.cu",
              "norm_forward<%s, float>".formatted(type),
              "norm_backward<%s, float>".formatted(type),
              "norm_weight_parts<%s, float>".formatted(type)));
    }
    all.add(
        set(
            "norm.cu",
            "norm_forward<bf16, bf16>",
            "norm_backward<bf16, bf16>",
            "norm_weight_parts<bf16, bf16>"));
    all.add(CudaAdamW.kernels());
    return all;
  }

  private static KernelSet set(String file, String... kernels) {
    return new KernelSet(file, List.of(kernels));
  }

  @Test
  void all_kernels_compile_for_all_architectures_of_today() {
    for (int capability : new int[] {80, 90, 100}) {
      if (!nvrtc.architectures().contains(capability)) {
        continue;
      }
      for (KernelSet kernels : all()) {
        List<String> options = new ArrayList<>(nvrtc.options(capability));
        options.add("--ptxas-options=-v");
        CompiledKernels compiled = nvrtc.compile(kernels, options);
        assertThat(compiled.names().keySet())
            .containsExactlyInAnyOrderElementsOf(kernels.kernels());
        assertThat(new String(compiled.image(), 1, 3, java.nio.charset.StandardCharsets.US_ASCII))
            .isEqualTo("ELF");
        Matcher used = USED.matcher(compiled.log());
        while (used.find()) {
          System.out.printf(
              "sm_%d %s: %s registers, %s bytes spilled, %s bytes shared%n",
              capability, used.group(1), used.group(4), used.group(2), used.group(5));
          assertThat(Integer.parseInt(used.group(2))).as(used.group(1)).isLessThanOrEqualTo(32);
        }
      }
    }
  }

  @Test
  void a_device_newer_than_the_compiler_gets_ptx() {
    List<String> options = nvrtc.options(999);
    assertThat(options.get(0)).startsWith("--gpu-architecture=compute_");
    CompiledKernels compiled = nvrtc.compile(set("sum.cu", "sum_parts<float>"), options);
    assertThat(new String(compiled.image(), java.nio.charset.StandardCharsets.US_ASCII))
        .contains(".entry " + compiled.names().get("sum_parts<float>"));
  }

  @Test
  void the_log_of_the_compiler_is_in_the_message() {
    assertThatThrownBy(
            () -> nvrtc.compile(set("sum.cu", "sum_parts<quaternion>"), nvrtc.options(90)))
        .hasMessageContaining("sum.cu")
        .hasMessageContaining("quaternion");
  }
}
