package dev.adder;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.engine.Engine;
import dev.adder.tensor.OperatorCheck;
import dev.adder.tensor.Tape;
import dev.adder.tensor.VectorSupport;
import dev.adder.tensor.Workers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What depends on how Java is started and on the processor, each in a JVM of its own. */
class VectorsTest {

  /** Loads the quick model; says what was thrown, without a stack trace. */
  static final class Load {
    public static void main(String[] arguments) {
      try (PretrainedModel model = Ssm.load("quick")) {
        System.out.println("loaded " + model.name() + " threads=" + Workers.threads());
      } catch (IOException | RuntimeException failure) {
        System.out.println(failure);
        System.exit(1);
      }
    }
  }

  /** Compares every operator with its reference. */
  static final class Check {
    public static void main(String[] arguments) {
      List<OperatorCheck> checks = new ArrayList<>(OperatorCheck.products());
      checks.addAll(dev.adder.ssm.OperatorChecks.all());
      checks.addAll(dev.adder.adapter.OperatorChecks.all());
      boolean good = true;
      for (OperatorCheck check : checks) {
        OperatorCheck.Finding finding = check.run(Device.cpu());
        System.out.println(finding);
        good &= finding.passes();
      }
      System.out.println("lanes=" + VectorSupport.lanes());
      VectorSupport.advice().ifPresent(System.out::println);
      System.exit(good ? 0 : 1);
    }
  }

  /** Opens tapes, as every pass through a model does. */
  static final class Passes {
    public static void main(String[] arguments) {
      Engine.getEngine("PyTorch");
      for (int i = 0; i < 3; i++) {
        Tape.recording().close();
      }
    }
  }

  @Test
  void without_the_vector_module_one_sentence_says_what_to_add() throws Exception {
    ChildJvm.Run run = ChildJvm.run(List.of("-Xmx256m"), Map.of(), Load.class);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.output())
        .contains(
            "Java was started without its vectors. Add \"--add-modules jdk.incubator.vector\" to"
                + " the java command.")
        .doesNotContain("NoClassDefFoundError");
  }

  @Test
  @EnabledIfSystemProperty(named = "os.arch", matches = "amd64|x86_64")
  void narrow_vectors_give_right_results_and_say_that_they_are_slower() throws Exception {
    List<String> flags = new ArrayList<>(ChildJvm.VECTORS);
    flags.addAll(List.of("-Xmx512m", "-XX:MaxVectorSize=16"));
    ChildJvm.Run run = ChildJvm.run(flags, Map.of(), Check.class);
    assertThat(run.code()).as(run.output()).isZero();
    assertThat(run.number("lanes")).isEqualTo(4);
    assertThat(run.output()).contains("Vectors hold 4 numbers here").contains("slower");
  }

  @Test
  @EnabledIfSystemProperty(named = "os.arch", matches = "amd64|x86_64")
  void that_vectors_are_narrow_is_said_once_however_many_passes_there_are() throws Exception {
    List<String> flags = new ArrayList<>(ChildJvm.VECTORS);
    flags.addAll(List.of("-Xmx512m", "-XX:MaxVectorSize=16", PrintedLog.CHOSEN));
    ChildJvm.Run run = ChildJvm.run(flags, Map.of(), Passes.class);
    assertThat(run.code()).as(run.output()).isZero();
    assertThat(run.output().lines().filter(line -> line.contains("no AVX2")))
        .containsExactly(
            "WARN Vectors hold 4 numbers here (no AVX2): results are right, kernels are slower.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "abc", "10000", "1.5"})
  void a_number_of_threads_that_makes_no_sense_is_refused_at_load(String given) throws Exception {
    ChildJvm.Run run = ChildJvm.run(ChildJvm.VECTORS, Map.of(Workers.VARIABLE, given), Load.class);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.output())
        .contains("ADDER_THREADS is \"" + given + "\"; it must be a number from 1 to ");
  }

  @Test
  void the_number_of_threads_comes_from_outside() throws Exception {
    ChildJvm.Run run = ChildJvm.run(ChildJvm.VECTORS, Map.of(Workers.VARIABLE, "3"), Load.class);
    assertThat(run.output()).contains("loaded quick threads=3");
  }
}
