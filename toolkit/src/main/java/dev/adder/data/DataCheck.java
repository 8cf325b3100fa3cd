package dev.adder.data;

import dev.adder.data.DataSet.Sizes;
import dev.adder.data.files.Checksum;
import dev.adder.data.files.DataHome;
import dev.adder.data.files.RemoteFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a look at all of a data set's files found.
 *
 * @param dataSet its name
 * @param origin where it was read from
 * @param verified files whose checksums are right
 * @param sizes of its splits, before too long examples are left out
 * @param problems in sentences; none if all is as published
 */
public record DataCheck(
    String dataSet, String origin, int verified, Sizes sizes, List<String> problems) {

  public DataCheck {
    problems = List.copyOf(problems);
  }

  /** Whether all is as published. */
  public boolean passes() {
    return problems.isEmpty();
  }

  /** Checks a data set on this machine; empty if it is not here. */
  public static Optional<DataCheck> of(DataSet dataSet, DataHome home) throws IOException {
    Optional<DataSet.Found> found = dataSet.find(home);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    List<String> problems = new ArrayList<>();
    int verified =
        found.get().place() == DataSet.Place.HUB
            ? hubFiles(found.get().files(), problems)
            : fetchedFiles(dataSet, home, problems);
    return Optional.of(of(dataSet, dataSet.task(found.get()), verified, problems));
  }

  /** Checks a data set in a folder of yours, whose checksums nobody knows. */
  public static DataCheck of(DataSet dataSet, Path folder) throws IOException {
    return of(dataSet, dataSet.read(folder), 0, new ArrayList<>());
  }

  private static DataCheck of(DataSet dataSet, Task task, int verified, List<String> problems) {
    Sizes sizes = Sizes.of(task);
    size("training", sizes.train(), dataSet.about().sizes().train(), problems);
    size("validation", sizes.validation(), dataSet.about().sizes().validation(), problems);
    size("test", sizes.test(), dataSet.about().sizes().test(), problems);
    task.databases().ifPresent(databases -> databases(task, databases, problems));
    return new DataCheck(dataSet.name(), task.origin().made(), verified, sizes, problems);
  }

  private static void size(String split, int found, int expected, List<String> problems) {
    if (expected > 0 && found != expected) {
      problems.add("%,d %s examples, expected %,d".formatted(found, split, expected));
    }
  }

  private static void databases(Task task, Databases databases, List<String> problems) {
    List<String> missing =
        task.splits().all().stream()
            .flatMap(List::stream)
            .flatMap(example -> example.database().stream())
            .distinct()
            .filter(name -> !Files.exists(databases.get(name).file()))
            .toList();
    if (!missing.isEmpty()) {
      problems.add(
          "the SQLite files of %d databases are missing: %s".formatted(missing.size(), missing));
    }
  }

  private static int fetchedFiles(DataSet dataSet, DataHome home, List<String> problems)
      throws IOException {
    int verified = 0;
    for (RemoteFile file : dataSet.remote()) {
      Path here = home.folder(dataSet.name()).resolve(file.name());
      if (Files.exists(here)) {
        Checksum found = Checksum.of(here, file.checksum().kind());
        if (found.equals(file.checksum())) {
          verified++;
        } else {
          problems.add(
              "the %s of %s is %s, expected %s"
                  .formatted(found.kind(), file.name(), found.hex(), file.checksum().hex()));
        }
      }
    }
    return verified;
  }

  /** The hub's tools name a file by its checksum and point to it by its name. */
  private static int hubFiles(Shipped files, List<String> problems) throws IOException {
    int verified = 0;
    for (Path file : files.all()) {
      Path real = file.toRealPath();
      String name = real.getFileName().toString();
      if (name.matches("[0-9a-f]{64}|[0-9a-f]{40}")) {
        Checksum named = name.length() == 64 ? Checksum.sha256(name) : Checksum.gitBlob(name);
        if (named.matches(real)) {
          verified++;
        } else {
          problems.add(
              "%s is damaged: its bytes are not those of %s".formatted(file, named.brief()));
        }
      }
    }
    return verified;
  }
}
