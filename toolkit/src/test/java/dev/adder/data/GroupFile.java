package dev.adder.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.function.Consumer;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.GroupWriter;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;

/** Writes nested Parquet files for tests. */
final class GroupFile {

  private GroupFile() {}

  /** A file of one row. */
  static void write(Path file, MessageType schema, Consumer<Group> fill) throws IOException {
    try (ParquetWriter<Group> writer = new Builder(file, schema).build()) {
      Group group = new SimpleGroup(schema);
      fill.accept(group);
      writer.write(group);
    }
  }

  private static final class Builder extends ParquetWriter.Builder<Group, Builder> {

    private final MessageType schema;

    Builder(Path file, MessageType schema) {
      super(new LocalOutputFile(file));
      this.schema = schema;
      withConf(new PlainParquetConfiguration());
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<Group> getWriteSupport(org.apache.hadoop.conf.Configuration unused) {
      return new Support(schema);
    }

    @Override
    protected WriteSupport<Group> getWriteSupport(ParquetConfiguration unused) {
      return new Support(schema);
    }
  }

  private static final class Support extends WriteSupport<Group> {

    private final MessageType schema;
    private GroupWriter writer;

    Support(MessageType schema) {
      this.schema = schema;
    }

    @Override
    public WriteContext init(org.apache.hadoop.conf.Configuration unused) {
      return new WriteContext(schema, new HashMap<>());
    }

    @Override
    public WriteContext init(ParquetConfiguration unused) {
      return new WriteContext(schema, new HashMap<>());
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
      writer = new GroupWriter(consumer, schema);
    }

    @Override
    public void write(Group group) {
      writer.write(group);
    }
  }
}
