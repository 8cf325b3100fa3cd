package dev.adder.kotlin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.adder.notebook.CellOutput;
import dev.adder.notebook.MimeBundle;
import dev.adder.notebook.Notebook;
import dev.adder.notebook.Renderers;
import java.util.Map;
import kotlin.Unit;
import kotlin.jvm.JvmClassMappingKt;
import kotlinx.serialization.json.Json;
import org.jetbrains.kotlinx.jupyter.api.FieldValue;
import org.jetbrains.kotlinx.jupyter.api.KotlinKernelHost;
import org.jetbrains.kotlinx.jupyter.api.MimeTypedResultEx;
import org.jetbrains.kotlinx.jupyter.api.ResultHandlerExecution;
import org.jetbrains.kotlinx.jupyter.api.SubtypeRendererTypeHandler;
import org.jetbrains.kotlinx.jupyter.api.libraries.ExecutionHost;
import org.jetbrains.kotlinx.jupyter.api.libraries.JupyterIntegration;

/**
 * Registers Adder with the Kotlin kernel, which finds this class by the file in
 * META-INF/kotlin-jupyter-libraries: values show themselves as in the Java kernel, displays and
 * progress appear below the cell, and the imports of the Java kernel are in place.
 *
 * <p>Compiled against an old release of the interfaces, it uses only what the newest has as well.
 */
public final class AdderIntegration extends JupyterIntegration {

  private static final String[] IMPORTS = {
    "dev.adder.*",
    "dev.adder.Ssm.percent",
    "dev.adder.adapter.*",
    "dev.adder.data.*",
    "dev.adder.evaluation.*",
    "dev.adder.model.*",
    "dev.adder.notebook.Notebook.display",
    "dev.adder.notebook.Notebook.progress",
    "dev.adder.notebook.Notebook.update",
    "dev.adder.paper.*",
    "dev.adder.report.*",
    "dev.adder.training.*",
    "tech.tablesaw.api.*",
  };

  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public void onLoaded(Builder builder) {
    for (Class<?> type : Renderers.types()) {
      builder.addRenderer(
          new SubtypeRendererTypeHandler(JvmClassMappingKt.getKotlinClass(type), new Execution()));
    }
    importAll(builder);
    builder.onLoaded(
        host -> {
          Notebook.connect(new Displays(host));
          return Unit.INSTANCE;
        });
  }

  /** The method's name is a word of Java's own. */
  private static void importAll(Builder builder) {
    try {
      builder.getClass().getMethod("import", String[].class).invoke(builder, (Object) IMPORTS);
    } catch (ReflectiveOperationException otherKernel) {
      throw new IllegalStateException(
          "This Kotlin kernel takes no imports from a library; use kotlin-jupyter-kernel 0.11 or newer.",
          otherKernel);
    }
  }

  /** A bundle as the Kotlin kernel's result, whose JSON bodies stay JSON. */
  static MimeTypedResultEx result(MimeBundle bundle) {
    try {
      String json = JSON.writeValueAsString(bundle.data());
      return new MimeTypedResultEx(Json.Default.parseToJsonElement(json), false, null);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("A MIME bundle cannot be written as JSON.", impossible);
    }
  }

  private static final class Execution implements ResultHandlerExecution {

    @Override
    public FieldValue execute(ExecutionHost host, FieldValue value) {
      return new FieldValue(result(Renderers.render(value.getValue())), null);
    }

    @Override
    public ResultHandlerExecution replaceVariables(Map<String, String> names) {
      return this;
    }
  }

  private record Displays(KotlinKernelHost host) implements CellOutput {

    @Override
    public void display(MimeBundle bundle, String displayId) {
      host.display(result(bundle), displayId);
    }

    @Override
    public void update(MimeBundle bundle, String displayId) {
      host.updateDisplay(result(bundle), displayId);
    }
  }
}
