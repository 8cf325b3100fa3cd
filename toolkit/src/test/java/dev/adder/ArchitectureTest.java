package dev.adder;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.Architectures;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Holds the direction of the arrows: each package uses only what stands left of it. */
class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.adder");

  @Test
  void packages_use_only_what_stands_left_of_them() {
    Architectures.layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .withOptionalLayers(true)
        .layer("data")
        .definedBy("dev.adder.data..")
        .layer("tensor")
        .definedBy("dev.adder.tensor..")
        .layer("ssm")
        .definedBy("dev.adder.ssm..")
        .layer("model")
        .definedBy("dev.adder.model..")
        .layer("adapter")
        .definedBy("dev.adder.adapter..")
        .layer("training")
        .definedBy("dev.adder.training..")
        .layer("evaluation")
        .definedBy("dev.adder.evaluation..")
        .layer("report")
        .definedBy("dev.adder.report..")
        .layer("front")
        .definedBy("dev.adder")
        .layer("paper")
        .definedBy("dev.adder.paper..")
        .layer("notebook")
        .definedBy("dev.adder.notebook..")
        .whereLayer("data")
        .mayNotAccessAnyLayer()
        .whereLayer("tensor")
        .mayNotAccessAnyLayer()
        .whereLayer("ssm")
        .mayOnlyAccessLayers("tensor")
        .whereLayer("model")
        .mayOnlyAccessLayers("tensor", "ssm")
        .whereLayer("adapter")
        .mayOnlyAccessLayers("tensor", "model")
        .whereLayer("training")
        .mayOnlyAccessLayers("data", "tensor", "model", "adapter")
        .whereLayer("evaluation")
        .mayOnlyAccessLayers("data", "tensor", "model")
        .whereLayer("report")
        .mayOnlyAccessLayers("data", "tensor", "model", "adapter", "training", "evaluation")
        .whereLayer("front")
        .mayOnlyAccessLayers(
            "data", "tensor", "model", "adapter", "training", "evaluation", "report")
        .whereLayer("paper")
        .mayOnlyBeAccessedByLayers("notebook")
        .whereLayer("notebook")
        .mayNotBeAccessedByAnyLayer()
        .check(CLASSES);
  }

  @Test
  void packages_have_no_cycles() {
    slices().matching("dev.adder.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void nothing_is_read_by_java_serialization() {
    ArchRuleDefinition.noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.io.ObjectInputStream")
        .check(CLASSES);
  }

  @Test
  void no_package_is_named_after_nothing() {
    for (String name : List.of("util", "common", "helper", "core", "misc")) {
      ArchRuleDefinition.noClasses()
          .should()
          .resideInAPackage("dev.adder.." + name + "..")
          .check(CLASSES);
    }
  }
}
