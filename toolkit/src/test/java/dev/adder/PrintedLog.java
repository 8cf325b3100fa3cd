package dev.adder;

import org.slf4j.ILoggerFactory;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOP_FallbackServiceProvider;

/** Prints what is logged, for tests in a JVM of its own; those of this JVM log nothing. */
public final class PrintedLog extends NOP_FallbackServiceProvider {

  /** The flag that chooses it. */
  static final String CHOSEN = "-Dslf4j.provider=" + PrintedLog.class.getName();

  @Override
  public ILoggerFactory getLoggerFactory() {
    return name -> new Line();
  }

  /** One line per warning or error. */
  private static final class Line extends LegacyAbstractLogger {

    private static final long serialVersionUID = 1;

    @Override
    protected String getFullyQualifiedCallerName() {
      return Line.class.getName();
    }

    @Override
    protected void handleNormalizedLoggingCall(
        Level level, Marker marker, String message, Object[] arguments, Throwable thrown) {
      System.out.println(
          level + " " + MessageFormatter.arrayFormat(message, arguments, thrown).getMessage());
    }

    @Override
    public boolean isTraceEnabled() {
      return false;
    }

    @Override
    public boolean isDebugEnabled() {
      return false;
    }

    @Override
    public boolean isInfoEnabled() {
      return false;
    }

    @Override
    public boolean isWarnEnabled() {
      return true;
    }

    @Override
    public boolean isErrorEnabled() {
      return true;
    }
  }
}
