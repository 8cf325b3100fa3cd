package dev.adder.notebook;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;

/** A picture as PNG; a small one is made larger, so that its pixels can be seen. */
final class PicturePng {

  private static final int SMALL = 128;

  private PicturePng() {}

  static MimeBundle of(BufferedImage picture) {
    int scale = Math.max(1, SMALL / Math.max(picture.getWidth(), picture.getHeight()));
    String text = "Picture, %d × %d".formatted(picture.getWidth(), picture.getHeight());
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      ImageIO.write(scale == 1 ? picture : larger(picture, scale), "png", png);
    } catch (IOException inMemory) {
      throw new UncheckedIOException("The picture could not be written as PNG.", inMemory);
    }
    return MimeBundle.text(text)
        .with(MimeBundle.PNG, Base64.getEncoder().encodeToString(png.toByteArray()));
  }

  private static BufferedImage larger(BufferedImage picture, int scale) {
    BufferedImage larger =
        new BufferedImage(
            scale * picture.getWidth(), scale * picture.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = larger.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
    graphics.drawImage(picture, 0, 0, larger.getWidth(), larger.getHeight(), null);
    graphics.dispose();
    return larger;
  }
}
