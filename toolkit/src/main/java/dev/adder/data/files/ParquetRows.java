package dev.adder.data.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** Rows of a Parquet file as JSON objects. */
final class ParquetRows {

  private ParquetRows() {}

  static void read(Path file, Rows.Taker taker) throws IOException {
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
      MessageType schema = reader.getFooter().getFileMetaData().getSchema();
      MessageColumnIO columns = new ColumnIOFactory().getColumnIO(schema);
      long number = 0;
      for (PageReadStore pages = reader.readNextRowGroup();
          pages != null;
          pages = reader.readNextRowGroup()) {
        RecordReader<Group> records =
            columns.getRecordReader(pages, new GroupRecordConverter(schema));
        for (long i = 0; i < pages.getRowCount(); i++) {
          number++;
          taker.take(new Row("%s, row %d".formatted(file, number), object(records.read(), schema)));
        }
      }
    } catch (RuntimeException damaged) {
      throw new IOException(
          "%s is no Parquet file, or is damaged: %s. Fetch the file again."
              .formatted(file, damaged.getMessage()),
          damaged);
    }
  }

  private static ObjectNode object(Group group, GroupType type) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < type.getFieldCount(); i++) {
      if (group.getFieldRepetitionCount(i) > 0) {
        object.set(type.getFieldName(i), value(group, i, 0, type.getType(i)));
      }
    }
    return object;
  }

  private static JsonNode value(Group group, int field, int index, Type type) {
    if (type.isPrimitive()) {
      return primitive(group, field, index, type);
    }
    Group inner = group.getGroup(field, index);
    return type.getLogicalTypeAnnotation()
            instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation
        ? list(inner, type.asGroupType())
        : object(inner, type.asGroupType());
  }

  /** A list: a repeated group in which one field is the element. */
  private static ArrayNode list(Group group, GroupType type) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    GroupType repeated = type.getType(0).asGroupType();
    for (int i = 0; i < group.getFieldRepetitionCount(0); i++) {
      Group element = group.getGroup(0, i);
      list.add(
          element.getFieldRepetitionCount(0) == 0
              ? JsonNodeFactory.instance.nullNode()
              : value(element, 0, 0, repeated.getType(0)));
    }
    return list;
  }

  private static JsonNode primitive(Group group, int field, int index, Type type) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    return switch (type.asPrimitiveType().getPrimitiveTypeName()) {
      case INT32 -> json.numberNode(group.getInteger(field, index));
      case INT64 -> json.numberNode(group.getLong(field, index));
      case BOOLEAN -> json.booleanNode(group.getBoolean(field, index));
      case FLOAT -> json.numberNode(group.getFloat(field, index));
      case DOUBLE -> json.numberNode(group.getDouble(field, index));
      default -> json.textNode(group.getString(field, index));
    };
  }
}
