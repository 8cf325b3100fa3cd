package dev.adder.evaluation.spider;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteLimits;

/**
 * An SQLite database that answers queries of any origin without harm: it is opened read-only and as
 * immutable, attaches no other file, loads no extension, and gives a query up after its time, its
 * rows or its memory.
 *
 * <p>The limit on memory is one of SQLite's library, so it holds for all databases of the process
 * from the first one on that is opened here.
 */
final class ReadOnlyDatabase implements AutoCloseable {

  private static final Duration TIME = Duration.ofSeconds(5);
  private static final long NATIVE_BYTES = 512L << 20;
  private static final int TEXT_BYTES = 1 << 20;
  private static final int PATTERN_BYTES = 1_000;
  private static final int ROWS = 1_000_000;
  private static final long RESULT_BYTES = 128L << 20;
  private static final int STEPS_BETWEEN_LOOKS = 1_000;

  // What a row and a value take up in the heap, roughly.
  private static final int ROW_BYTES = 40;
  private static final int VALUE_BYTES = 24;

  private final Connection connection;
  private final Duration time;

  private ReadOnlyDatabase(Connection connection, Duration time) {
    this.connection = connection;
    this.time = time;
  }

  /** Whether SQLite is on the class path. */
  static boolean isAvailable() {
    try {
      Class.forName("org.sqlite.JDBC");
      return true;
    } catch (ClassNotFoundException missing) {
      return false;
    }
  }

  /**
   * Opens a database.
   *
   * @throws QueryFailedException if there is none
   */
  static ReadOnlyDatabase open(Path file) throws QueryFailedException {
    return open(file, TIME);
  }

  /** The same with so much time for a query. */
  static ReadOnlyDatabase open(Path file, Duration time) throws QueryFailedException {
    if (!Files.isRegularFile(file)) {
      throw new QueryFailedException(
          file + " is missing. Give the folder with tables.json and the folder database.");
    }
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.enableLoadExtension(false);
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    try {
      Connection connection =
          config.createConnection("jdbc:sqlite:" + file.toAbsolutePath().toUri() + "?immutable=1");
      ReadOnlyDatabase database = new ReadOnlyDatabase(connection, time);
      database.limit((SQLiteConnection) connection);
      return database;
    } catch (SQLException failure) {
      throw new QueryFailedException(
          "%s cannot be opened: %s".formatted(file, failure.getMessage()), failure);
    }
  }

  private void limit(SQLiteConnection sqlite) throws SQLException {
    try (Statement statement = sqlite.createStatement()) {
      statement.execute("pragma trusted_schema = off");
      statement.execute("pragma query_only = on");
      statement.execute("pragma hard_heap_limit = " + NATIVE_BYTES);
    }
    sqlite.setLimit(SQLiteLimits.SQLITE_LIMIT_ATTACHED, 0);
    sqlite.setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, TEXT_BYTES);
    sqlite.setLimit(SQLiteLimits.SQLITE_LIMIT_SQL_LENGTH, TEXT_BYTES);
    sqlite.setLimit(SQLiteLimits.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, PATTERN_BYTES);
    sqlite.setLimit(SQLiteLimits.SQLITE_LIMIT_EXPR_DEPTH, 200);
    sqlite.setLimit(SQLiteLimits.SQLITE_LIMIT_WORKER_THREADS, 0);
  }

  /** All rows of a query. */
  List<List<Object>> run(String query) throws QueryFailedException {
    return run(query, ROWS);
  }

  /**
   * The rows of a query.
   *
   * @param mostRows more of them are an error
   * @return values of equal worth are equal: whole numbers are {@code Long}
   * @throws QueryFailedException if it isn't one query, SQLite refuses it, or it passes a limit
   * @throws CancellationException if the thread is interrupted
   */
  List<List<Object>> run(String query, int mostRows) throws QueryFailedException {
    return ask(query, mostRows).rows();
  }

  /** The same with the columns' names. */
  QueryResult ask(String query) throws QueryFailedException {
    return ask(query, ROWS);
  }

  private QueryResult ask(String query, int mostRows) throws QueryFailedException {
    SingleQuery.require(query);
    Watch watch = new Watch(System.nanoTime() + time.toNanos());
    try {
      ProgressHandler.setHandler(connection, STEPS_BETWEEN_LOOKS, watch);
      try (Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery(query)) {
        return new QueryResult(columns(result), rows(result, mostRows));
      } finally {
        ProgressHandler.clearHandler(connection);
      }
    } catch (SQLException failure) {
      if (watch.interrupted) {
        throw new CancellationException("A query was interrupted.");
      }
      String reason =
          watch.late ? "It took more than %d ms.".formatted(time.toMillis()) : failure.getMessage();
      throw new QueryFailedException(reason, failure);
    }
  }

  private static List<String> columns(ResultSet result) throws SQLException {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
      names.add(result.getMetaData().getColumnLabel(i));
    }
    return names;
  }

  private static List<List<Object>> rows(ResultSet result, int mostRows)
      throws SQLException, QueryFailedException {
    int columns = result.getMetaData().getColumnCount();
    List<List<Object>> rows = new ArrayList<>();
    long bytes = 0;
    while (result.next()) {
      List<Object> row = new ArrayList<>(columns);
      for (int i = 1; i <= columns; i++) {
        Object value = value(result.getObject(i));
        row.add(value);
        bytes += VALUE_BYTES + (value instanceof String text ? text.length() : 0);
      }
      rows.add(row);
      bytes += ROW_BYTES;
      if (rows.size() > mostRows || bytes > RESULT_BYTES) {
        throw new QueryFailedException(
            "The result has more than %d rows or %d MB.".formatted(mostRows, RESULT_BYTES >> 20));
      }
    }
    return rows;
  }

  private static Object value(Object value) {
    if (value instanceof Double number && number == Math.rint(number)) {
      // 2⁶³ and beyond are no longs.
      return Math.abs(number) < 0x1p63 ? (Object) number.longValue() : number;
    }
    if (value instanceof byte[] blob) {
      return ByteBuffer.wrap(blob);
    }
    return value instanceof Integer whole ? Long.valueOf(whole) : value;
  }

  /** Ends a query whose time is over or whose thread is interrupted. */
  private static final class Watch extends ProgressHandler {
    private final long end;
    private boolean late;
    private boolean interrupted;

    private Watch(long end) {
      this.end = end;
    }

    @Override
    protected int progress() {
      late = System.nanoTime() > end;
      interrupted = Thread.interrupted();
      return late || interrupted ? 1 : 0;
    }
  }

  @Override
  public void close() throws QueryFailedException {
    try {
      connection.close();
    } catch (SQLException failure) {
      throw new QueryFailedException("The database cannot be closed.", failure);
    }
  }
}
