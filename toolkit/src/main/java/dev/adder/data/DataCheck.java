package dev.adder.data;

import dev.adder.data.DataSet.Sizes;
import dev.adder.data.files.ByteCount;
import dev.adder.data.files.Checksum;
import dev.adder.data.files.DataHome;
import dev.adder.data.files.Download;
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

  /** Checks a data set on this machine; empty if nothing of it is here. */
  public static Optional<DataCheck> of(DataSet dataSet, DataHome home) throws IOException {
    List<String> problems = new ArrayList<>();
    int verified = 0;
    if (dataSet.place(home) != DataSet.Place.HUB) {
      verified = fetchedFiles(dataSet, home, problems);
    }
    Optional<DataSet.Found> found;
    try {
      found = dataSet.find(home);
      if (found.isPresent()) {
        if (found.get().place() == DataSet.Place.HUB) {
          verified = hubFiles(found.get().files(), problems);
        }
        Task task = dataSet.task(found.get());
        return Optional.of(of(dataSet, task, verified, problems));
      }
    } catch (IOException unreadable) {
      problems.add(String.valueOf(unreadable.getMessage()));
    }
    return problems.isEmpty()
        ? Optional.empty()
        : Optional.of(new DataCheck(dataSet.name(), "", verified, new Sizes(0, 0, 0), problems));
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

  /** Of a data set that Adder fetched; those of one that is not here at all are not missed. */
  private static int fetchedFiles(DataSet dataSet, DataHome home, List<String> problems)
      throws IOException {
    int verified = 0;
    List<RemoteFile> missing = new ArrayList<>();
    for (RemoteFile file : dataSet.remote()) {
      Path here = home.folder(dataSet.name()).resolve(file.name());
      if (!Files.exists(here)) {
        missing.add(file);
      } else {
        Optional<String> damage = damage(file, here, dataSet);
        damage.ifPresent(problems::add);
        verified += damage.isEmpty() ? 1 : 0;
      }
    }
    boolean begun = missing.size() < dataSet.remote().size();
    for (RemoteFile file : missing) {
      Path part = home.folder(dataSet.name()).resolve(file.name() + Download.PART);
      if (Files.exists(part)) {
        problems.add(
            "%s was fetched in part, %s%s; ./adder data fetch %s goes on where it stopped"
                .formatted(
                    file.name(),
                    ByteCount.text(Files.size(part)),
                    file.bytes() == 0 ? "" : " of " + ByteCount.text(file.bytes()),
                    dataSet.name()));
      } else if (begun && dataSet.place(home) == DataSet.Place.ABSENT) {
        problems.add(
            "%s is missing; ./adder data fetch %s fetches it"
                .formatted(file.name(), dataSet.name()));
      }
    }
    return verified;
  }

  /** What is wrong with a file, in a sentence, if anything is. */
  private static Optional<String> damage(RemoteFile file, Path here, DataSet dataSet)
      throws IOException {
    long bytes = Files.size(here);
    if (file.bytes() > 0 && bytes < file.bytes()) {
      return Optional.of(
          "%s is cut: it has %,d bytes of %,d; delete %s, and ./adder data fetch %s fetches it"
              .formatted(file.name(), bytes, file.bytes(), here, dataSet.name()));
    }
    Checksum found = Checksum.of(here, file.checksum().kind());
    return found.equals(file.checksum())
        ? Optional.empty()
        : Optional.of(
            "%s is not the file that was published: its %s is %s, expected %s; delete %s, and ./adder data fetch %s fetches it"
                .formatted(
                    file.name(),
                    found.kind(),
                    found.hex(),
                    file.checksum().hex(),
                    here,
                    dataSet.name()));
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
