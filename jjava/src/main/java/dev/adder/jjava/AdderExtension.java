package dev.adder.jjava;

import dev.adder.notebook.CellOutput;
import dev.adder.notebook.MimeBundle;
import dev.adder.notebook.Notebook;
import dev.adder.notebook.Renderers;
import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/**
 * Registers Adder with the JJava kernel, which finds this class as a service: values show
 * themselves as in Adder's own kernel, displays and progress appear below the cell. Compiled
 * against an early release, it uses only what a later one (1.0-a8) has as well.
 */
public final class AdderExtension implements Extension {

  @Override
  public void install(BaseKernel kernel) {
    for (Class<?> type : Renderers.types()) {
      kernel
          .getRenderer()
          .createRegistration(type)
          .preferring("text/plain")
          .register(
              (value, context) ->
                  context.getOutputContainer().assign(data(Renderers.render(value))));
    }
    Notebook.connect(new Displays(kernel));
  }

  static DisplayData data(MimeBundle bundle) {
    DisplayData data = new DisplayData();
    bundle.data().forEach(data::putData);
    return data;
  }

  private record Displays(BaseKernel kernel) implements CellOutput {

    @Override
    public void display(MimeBundle bundle, String displayId) {
      DisplayData data = data(bundle);
      data.putTransientData("display_id", displayId);
      kernel.display(data);
    }

    @Override
    public void update(MimeBundle bundle, String displayId) {
      kernel.getIO().display.updateDisplay(displayId, data(bundle));
    }
  }
}
