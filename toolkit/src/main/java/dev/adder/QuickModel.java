package dev.adder;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The small Mamba that comes in the jar, pretrained by the toolkit itself on text it generates. It
 * is unpacked once per JVM into a temporary folder, which is removed at exit.
 */
final class QuickModel {

  static final String NAME = "quick";

  private static final List<String> FILES =
      List.of("config.json", "model.safetensors", "tokenizer.json");

  private static @Nullable Path unpacked;

  private QuickModel() {}

  /** A folder in the Hugging Face layout. */
  static synchronized Path folder() throws IOException {
    if (unpacked == null) {
      Path folder = Files.createTempDirectory("adder-quick");
      for (String file : FILES) {
        String resource = "/dev/adder/quick/" + file;
        try (InputStream in = QuickModel.class.getResourceAsStream(resource)) {
          if (in == null) {
            throw new FileNotFoundException(
                "The jar lacks %s. Build it with the data folder beside the toolkit."
                    .formatted(resource));
          }
          Files.copy(in, folder.resolve(file));
        }
        folder.resolve(file).toFile().deleteOnExit();
      }
      folder.toFile().deleteOnExit();
      unpacked = folder;
    }
    return unpacked;
  }
}
