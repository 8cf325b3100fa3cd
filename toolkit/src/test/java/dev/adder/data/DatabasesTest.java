package dev.adder.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adder.data.Database.Column;
import dev.adder.data.Database.ForeignKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabasesTest {

  @TempDir private Path folder;

  private void shop(String foreignKeys) throws IOException {
    Files.writeString(
        folder.resolve("tables.json"),
        """
        [{"db_id": "shop",
          "table_names_original": ["Item", "Sale"],
          "column_names_original": [[-1, "*"], [0, "Id"], [0, "Name"], [1, "Item_Id"], [1, "Day"]],
          "column_types": ["text", "number", "text", "number", "time"],
          "primary_keys": [1, [3, 4]],
          "foreign_keys": %s}]
        """
            .formatted(foreignKeys));
  }

  @Test
  void schemas_are_read_as_spider_ships_them() throws IOException {
    shop("[[3, 1]]");
    Databases databases = Databases.open(folder);
    assertThat(databases.names()).containsExactly("shop");
    Database shop = databases.get("shop");
    assertThat(shop.file()).isEqualTo(folder.resolve("database/shop/shop.sqlite"));
    assertThat(shop.tables()).extracting(Database.Table::name).containsExactly("Item", "Sale");
    assertThat(shop.tables().get(0).columns())
        .containsExactly(new Column("Id", "number", true), new Column("Name", "text", false));
    assertThat(shop.tables().get(1).columns())
        .containsExactly(new Column("Item_Id", "number", true), new Column("Day", "time", true));
    assertThat(shop.foreignKeys())
        .isEqualTo(List.of(new ForeignKey("Sale", "Item_Id", "Item", "Id")));
    assertThatThrownBy(() -> databases.get("bank"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("tables.json names no database \"bank\". It has: [shop].");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[3, 5]", "[3, -1]", "[0, 1]", "[3]", "3"})
  void a_foreign_key_of_columns_that_there_are_not_is_told_in_a_sentence(String key)
      throws IOException {
    shop("[[3, 1], " + key + "]");
    assertThatThrownBy(() -> Databases.open(folder))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith(
            "tables.json: a foreign key of \"shop\" is %s; expected the numbers of two columns of tables, from 1 to 4. Fetch the data set again.",
            key.replace(" ", ""));
  }

  @Test
  void a_folder_without_schemas_is_refused() {
    assertThatThrownBy(() -> Databases.open(folder))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith(
            "tables.json is missing. Give the folder with tables.json and the folder database.");
  }
}
