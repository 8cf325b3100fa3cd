package dev.adder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adder.adapter.FullFineTuning;
import dev.adder.adapter.PartialTuning;
import dev.adder.data.QuickTwin;
import dev.adder.data.QuickTwin.Sizes;
import dev.adder.data.SequenceBatch;
import dev.adder.data.SequenceBatches;
import dev.adder.data.SequenceTask;
import dev.adder.data.SequentialImages;
import dev.adder.data.Task;
import dev.adder.evaluation.Evaluation;
import dev.adder.model.S4Config;
import dev.adder.report.Picture;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pictures as raw sequences: generated in their publishers' files, read, and learnt by deep S4. */
class RawPicturesTest {

  @ParameterizedTest
  @EnumSource
  void generated_pictures_are_read_as_real_ones_are(SequentialImages images) {
    SequenceTask task = images.quick(new Sizes(200, 0, 50), 3);
    assertThat(task.name()).startsWith("quick-sequential-");
    assertThat(task.origin().generated()).isTrue();
    assertThat(task.train().size()).isEqualTo(180);
    assertThat(task.validation().size()).isEqualTo(20);
    assertThat(task.test().size()).isEqualTo(50);
    assertThat(task.classes()).hasSize(10);
    Set<Integer> labels = new HashSet<>();
    Set<Integer> different = new HashSet<>();
    for (int i = 0; i < task.test().size(); i++) {
      labels.add(task.test().label(i));
      different.add(Arrays.hashCode(task.test().values(i)));
      assertThat(task.test().values(i)).hasSize(task.length() * task.channels());
    }
    assertThat(labels).hasSize(10);
    assertThat(different).hasSize(50);
    SequenceTask again = images.quick(new Sizes(200, 0, 50), 3);
    assertThat(again.train().values(7)).isEqualTo(task.train().values(7));
    SequenceTask other = images.quick(new Sizes(200, 0, 50), 4);
    assertThat(other.train().values(7)).isNotEqualTo(task.train().values(7));
  }

  @ParameterizedTest
  @EnumSource(names = {"MNIST", "CIFAR_GREY"})
  void deep_s4_learns_more_than_chance(SequentialImages images) {
    SequenceTask task = images.quick(new Sizes(1000, 0, 200), 11);
    S4Config small = S4Config.stack(32, 1, 8).with(new S4Config.Ends(1, 10));
    try (SequenceClassifier classifier = Ssm.deepS4(task.batches(16, 1), small);
        TrainedS4 trained =
            classifier.adapt(new FullFineTuning()).steps(80).learningRate(0.02).run()) {
      Evaluation scored = classifier.evaluate(trained);
      assertThat(scored.task()).isEqualTo(task.name());
      assertThat(scored.examples()).isEqualTo(200);
      // One in ten by chance; three standard deviations more are 0.164.
      assertThat(scored.score()).isGreaterThan(0.164);
      assertThat(classifier.evaluate().score()).isBetween(0.0, 0.2);
      assertThat(trained.log().steps().get(79).loss())
          .isLessThan(trained.log().steps().get(0).loss());
    }
  }

  @Test
  void methods_attach_to_a_classifier_as_to_any_deep_s4() {
    SequenceTask task = SequentialImages.CIFAR_COLOUR.quick(new Sizes(50, 0, 10), 2);
    try (SequenceClassifier classifier = Ssm.deepS4(task.batches(4, 1))) {
      assertThat(classifier)
          .hasToString(
              "Deep S4 on quick-sequential-cifar-colour: 34,442 parameters, 4 layers of 64 channels and 16 states; batches of 4 × 1024 steps");
      S4Plan plan = classifier.adapt(PartialTuning.of("encoder", "decoder"));
      assertThat(plan.trainedParameters()).isEqualTo(3 * 64 + 64 * 10);
    }
    S4Config grey = S4Config.classifier(1, 10);
    assertThatThrownBy(() -> Ssm.deepS4(task.batches(4, 1), grey))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "quick-sequential-cifar-colour has 3 numbers per step and 10 classes; the model has 1 and 10. Give it the ends of the task, as S4Config.classifier(3, 10) does.");
    assertThatThrownBy(() -> Ssm.deepS4(task.batches(4, 1), S4Config.stack(8, 1, 2)))
        .hasMessageContaining("the model has no encoder and decoder");
  }

  @Test
  void batches_go_through_all_sequences_each_epoch_in_another_order() {
    SequenceTask task = SequentialImages.MNIST.quick(new Sizes(40, 0, 10), 2);
    SequenceBatches batches = task.batches(8, 5);
    assertThat(batches.perEpoch()).isEqualTo(4);
    Set<Integer> first = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      SequenceBatch batch = batches.get(i);
      assertThat(batch.labels()).hasSize(8);
      for (int row = 0; row < 8; row++) {
        first.add(Arrays.hashCode(Arrays.copyOfRange(batch.values(), row * 784, (row + 1) * 784)));
      }
    }
    assertThat(first).hasSize(32);
    assertThat(batches.get(4).values()).isNotEqualTo(batches.get(0).values());
    assertThat(batches.get(4).values()).isEqualTo(task.batches(8, 5).get(4).values());
    List<SequenceBatch> test = SequenceBatches.inOrder(task, task.test(), 4);
    assertThat(test.stream().mapToInt(SequenceBatch::batch)).containsExactly(4, 4, 2);
    assertThat(test.get(2).labels()[1]).isEqualTo(task.test().label(9));
    assertThatThrownBy(() -> task.batches(37, 1))
        .hasMessage("There are 36 sequences for batches of 37; use a batch size from 1 to 36.");
  }

  @Test
  void digits_are_read_as_text_too() {
    Task task = QuickTwin.named("mnist").task();
    assertThat(task.name()).isEqualTo("quick-mnist");
    assertThat(task.train()).hasSize(400);
    assertThat(task.test().get(0).input().split(" ")).hasSize(18 * 18);
    assertThat(QuickTwin.others()).containsExactly(QuickTwin.named("quick-mnist"));
  }

  @Test
  void pictures_are_drawn_from_text_and_from_sequences() {
    var drawn = Picture.of("0 255 17 34", 1);
    assertThat(drawn.getWidth()).isEqualTo(2);
    assertThat(drawn.getRGB(1, 0) & 0xffffff).isEqualTo(0xffffff);
    assertThat(drawn.getRGB(0, 1) & 0xffffff).isEqualTo(0x111111);
    assertThat(Picture.of("1 2 3", 3).getRGB(0, 0) & 0xffffff).isEqualTo(0x010203);
    SequenceTask task = SequentialImages.CIFAR_COLOUR.quick(new Sizes(50, 0, 10), 2);
    assertThat(Picture.of(task, task.test(), 0).getHeight()).isEqualTo(32);
    assertThatThrownBy(() -> Picture.of("1 2 3", 1))
        .hasMessage(
            "3 numbers with 1 channels are no square picture; give side × side × 1 or 3 of them.");
  }
}
