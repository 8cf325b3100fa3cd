package dev.adder.data;

import dev.adder.data.DataSet.About;
import dev.adder.data.DataSet.Hub;
import dev.adder.data.DataSet.Sizes;
import dev.adder.data.files.Checksum;
import dev.adder.data.files.RemoteFile;
import java.net.URI;
import java.util.List;

/**
 * The data sets of the paper, and those that its code reads besides.
 *
 * <p>Sizes and SHA-256 of GLUE, SAMSum, Spider, MNIST, PIQA, BoolQ and MMLU are those that the
 * hub's {@code dataset_infos.json} gave for their publishers' files; those of ARC are the hub's own
 * at that revision, that of CIFAR-10 is published by several libraries; DART's and Alpaca's are the
 * names that git gives the files in their repositories.
 */
public final class DataSets {

  private static final String GLUE = "https://dl.fbaipublicfiles.com/glue/data/";
  private static final String HUB = "https://huggingface.co/datasets/";
  private static final String OUTSIDE =
      "any token may be the answer, and answers that are no class are left out of the score; corrected, the most probable class is the answer";
  private static final String GLUE_CITATION = "; Wang et al., GLUE (ICLR 2019)";
  private static final Hub GLUE_HUB =
      new Hub("nyu-mll/glue", "bcdcba79d07bc864c1c254ccfcedcce55bcc9a8c");
  private static final Hub ARC_HUB =
      new Hub("allenai/ai2_arc", "210d026faf9955653af8916fad021475a3f00453");

  private static final List<DataSet> ALL =
      List.of(
          glue(
              Glue.RTE,
              "rte",
              "Recognizing Textual Entailment (GLUE)",
              new Sizes(1992, 498, 277),
              "not stated by GLUE",
              "Dagan et al. (2006), Bar Haim et al. (2006), Giampiccolo et al. (2007), Bentivogli et al. (2009)",
              "RTE",
              file(
                  GLUE + "RTE.zip",
                  697150,
                  "6bf86de103ecd335f3441bd43574d23fef87ecc695977a63b82d5efb206556ee")),
          glue(
              Glue.MRPC,
              "mrpc",
              "Microsoft Research Paraphrase Corpus (GLUE)",
              new Sizes(2934, 734, 408),
              "Microsoft's terms, research use",
              "Dolan and Brockett (IWP 2005)",
              "MRPC",
              file(
                  GLUE + "mrpc_dev_ids.tsv",
                  6222,
                  "971d7767d81b997fd9060ade0ec23c4fc31cbb226a55d1bd4a1bac474eb81dc7"),
              file(
                  "https://dl.fbaipublicfiles.com/senteval/senteval_data/msr_paraphrase_train.txt",
                  1047044,
                  "60a9b09084528f0673eedee2b69cb941920f0b8cd0eeccefc464a98768457f89")),
          glue(
              Glue.COLA,
              "cola",
              "Corpus of Linguistic Acceptability (GLUE)",
              new Sizes(6840, 1711, 1043),
              "not stated by GLUE",
              "Warstadt et al. (TACL 2019)",
              "CoLA",
              file(
                  GLUE + "CoLA.zip",
                  376971,
                  "f212fcd832b8f7b435fb991f101abf89f96b933ab400603bf198960dfc32cbff")),
          glue(
              Glue.SST2,
              "sst2",
              "Stanford Sentiment Treebank, two classes (GLUE)",
              new Sizes(53879, 13470, 872),
              "not stated by GLUE",
              "Socher et al. (EMNLP 2013)",
              "SST-2",
              file(
                  GLUE + "SST-2.zip",
                  7439277,
                  "d67e16fb55739c1b32cdce9877596db1c127dc322d93c082281f64057c16deaa")),
          glue(
              Glue.QNLI,
              "qnli",
              "Question-answering NLI (GLUE)",
              new Sizes(83794, 20949, 5463),
              "CC BY-SA 4.0, as SQuAD",
              "Rajpurkar et al. (EMNLP 2016)",
              "QNLI",
              file(
                  GLUE + "QNLIv2.zip",
                  10627589,
                  "e634e78627a29adaecd4f955359b22bf5e70f2cbd93b493f2d624138a0c0e5f5")),
          glue(
              Glue.QQP,
              "qqp",
              "Quora Question Pairs (GLUE)",
              new Sizes(291076, 72770, 40430),
              "Quora's terms, non-commercial",
              "Iyer, Dandekar and Csernai (Quora, 2017)",
              "QQP",
              file(
                  GLUE + "QQP-clean.zip",
                  41696084,
                  "40e7c862c04eb26ee04b67fd900e76c45c6ba8e6d8fab4f8f1f8072a1a3fbae0")),
          glue(
              Glue.MNLI,
              "mnli",
              "Multi-Genre Natural Language Inference (GLUE)",
              new Sizes(314161, 78541, 19647),
              "OANC and others, see the paper",
              "Williams, Nangia and Bowman (NAACL 2018)",
              "MNLI",
              file(
                  GLUE + "MNLI.zip",
                  312783507,
                  "e7c1d896d26ed6caf700110645df426cc2d8ebf02a5ab743d5a5c68ac1c83633")),
          dart(),
          samsum(),
          spider(),
          cifar(),
          glue(
              Glue.WNLI,
              "wnli",
              "Winograd NLI (GLUE)",
              new Sizes(508, 127, 71),
              "CC BY 4.0",
              "Levesque, Davis and Morgenstern (KR 2012)",
              "WNLI",
              file(
                  GLUE + "WNLI.zip",
                  28999,
                  "ae0e8e4d16f4d46d4a0a566ec7ecceccfd3fbfaa4a7a4b4e02848c0f2561ac46")),
          mnist(),
          arc(
              "arc-easy",
              "ARC-Easy",
              new Sizes(2251, 2376, 2376),
              "b315db8a4be597dc7daa50a4e70d48dd7c990c32085629e6ccd8c926beaa80b5",
              "ed890ff1e4cef7a7140d3a30dcea3ed2c9d467c6458f447ad9ef0176d8dcbb74",
              "4160597d618ae851c7eb04e281574f3f654776216ac6b6641588d64527b47177"),
          arc(
              "arc-challenge",
              "ARC-Challenge",
              new Sizes(1119, 1172, 1172),
              "e488c1587ffdcfc8443f916c53488a95cd471c5790e0746c6bfe4cecf20962cb",
              "395a5c88d1580d69855fbaee9450270578df1ad5af6259771cd0a42c20e99f05",
              "62f03257e737aed263f55c6abf87c7bb0028a44a6bdd2a26eb1279eb42c1d1e9"),
          piqa(),
          boolq(),
          mmlu(),
          alpaca());

  private DataSets() {}

  /** All of them, those of the paper's tables first. */
  public static List<DataSet> all() {
    return ALL;
  }

  /**
   * The data set of this name.
   *
   * @throws IllegalArgumentException if there is none; the sentence lists the names
   */
  public static DataSet named(String name) {
    return ALL.stream()
        .filter(dataSet -> dataSet.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no data set \"%s\". There are: %s."
                        .formatted(
                            name, String.join(", ", ALL.stream().map(DataSet::name).toList()))));
  }

  private static RemoteFile file(String address, long bytes, String sha256) {
    return file(address, bytes, Checksum.sha256(sha256));
  }

  private static RemoteFile file(String address, long bytes, Checksum checksum) {
    String name = address.substring(address.lastIndexOf('/') + 1);
    return new RemoteFile(name, bytes, checksum, List.of(URI.create(address)));
  }

  private static DataSet glue(
      Glue task,
      String name,
      String title,
      Sizes sizes,
      String licence,
      String citation,
      String folder,
      RemoteFile... files) {
    About about =
        new About(
            name,
            title,
            task.metrics(),
            sizes,
            OUTSIDE,
            licence,
            citation + GLUE_CITATION,
            GLUE_HUB);
    return new DataSet(about, List.of(files), Glue.pieces(folder, name), task);
  }

  private static DataSet dart() {
    String address =
        "https://raw.githubusercontent.com/Yale-LILY/dart/34b3c872da4811523e334f1631e54ca8105dffab/data/v1.1.1/";
    About about =
        new About(
            "dart",
            "Data Record to Text 1.1.1",
            List.of("meteor", "bleu_shortest"),
            new Sizes(62659, 2768, 0),
            "BLEU's brevity penalty goes by the shortest good text; corrected, by the one closest in length, as sacrebleu counts",
            "MIT",
            "Nan et al. (NAACL 2021)",
            new Hub("Yale-LILY/dart", "main"));
    return new DataSet(
        about,
        List.of(
            file(
                address + "dart-v1.1.1-full-train.json",
                0,
                Checksum.gitBlob("773adb6db19640ab5328eaddec7ba7495b1702cf")),
            file(
                address + "dart-v1.1.1-full-dev.json",
                2468789,
                "56606eac12baa7f0ddb81c61890f9f1a95bace4df8f8989852786358fe5d2b88"),
            file(
                address + "dart-v1.1.1-full-test.json",
                0,
                Checksum.gitBlob("3b663ea2d25bc5e1a50c73b5b4db800d5dd517dd"))),
        Dart.PIECES,
        new Dart());
  }

  private static DataSet samsum() {
    About about =
        new About(
            "samsum",
            "SAMSum dialogue summaries",
            List.of("rouge1", "rouge2", "rougeL", "rougeLsum"),
            new Sizes(14732, 818, 819),
            "",
            "CC BY-NC-ND 4.0",
            "Gliwa et al. (NewSum 2019)",
            new Hub("Samsung/samsum", "main"));
    RemoteFile corpus =
        new RemoteFile(
            "corpus.7z",
            2944100,
            Checksum.sha256("a97674c66726f66b98a08ca5e8868fb8af9d4843f2b05c4f839bc5cfe91e8899"),
            List.of(
                URI.create("https://arxiv.org/src/1911.12237v2/anc/corpus.7z"),
                URI.create(HUB + "samsum/resolve/main/data/corpus.7z")));
    return new DataSet(about, List.of(corpus), Samsum.PIECES, new Samsum());
  }

  private static DataSet spider() {
    About about =
        new About(
            "spider",
            "Spider text-to-SQL",
            List.of("execution", "exact_match"),
            new Sizes(5600, 1400, 1034),
            "a backslash for a line end, schema and SQL lower-cased with their literals, long examples left out of evaluation; corrected, none of these",
            "CC BY-SA 4.0",
            "Yu et al. (EMNLP 2018)",
            new Hub("xlangai/spider", "main"));
    RemoteFile zip =
        file(
            HUB + "spider/resolve/main/data/spider.zip",
            99736136,
            "5ddff97bb1d421282c593e8d30ce0ce107270f4dd4a21d60eba4bf287d5956b1");
    return new DataSet(about, List.of(zip), Spider.PIECES, new Spider());
  }

  private static DataSet cifar() {
    About about =
        new About(
            "cifar",
            "CIFAR-10, pixels as text",
            List.of("accuracy"),
            new Sizes(40000, 10000, 10000),
            "",
            "not stated",
            "Krizhevsky (2009)",
            new Hub("uoft-cs/cifar10", "main"));
    RemoteFile archive =
        file(
            "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            170052171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd");
    return new DataSet(about, List.of(archive), PixelText.CIFAR_PIECES, PixelText::cifar);
  }

  private static DataSet mnist() {
    String address = "https://storage.googleapis.com/cvdf-datasets/mnist/";
    About about =
        new About(
            "mnist",
            "MNIST, pixels as text",
            List.of("accuracy"),
            new Sizes(48000, 12000, 10000),
            "",
            "CC BY-SA 3.0",
            "LeCun et al. (1998)",
            new Hub("ylecun/mnist", "main"));
    return new DataSet(
        about,
        List.of(
            file(
                address + "train-images-idx3-ubyte.gz",
                9912422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
            file(
                address + "train-labels-idx1-ubyte.gz",
                28881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
            file(
                address + "t10k-images-idx3-ubyte.gz",
                1648877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
            file(
                address + "t10k-labels-idx1-ubyte.gz",
                4542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6")),
        PixelText.MNIST_PIECES,
        PixelText::mnist);
  }

  private static DataSet arc(
      String name, String set, Sizes sizes, String train, String validation, String test) {
    About about =
        new About(
            name,
            set + " science questions",
            List.of("accuracy"),
            sizes,
            "choices are made by the official test split; corrected, by validation",
            "CC BY-SA 4.0",
            "Clark et al. (2018)",
            ARC_HUB);
    return new DataSet(
        about,
        List.of(
            arcFile(set, "train", train),
            arcFile(set, "validation", validation),
            arcFile(set, "test", test)),
        Questions.arcPieces(set),
        Questions::arc);
  }

  private static RemoteFile arcFile(String set, String split, String sha256) {
    return file(
        "%s%s/resolve/%s/%s/%s-00000-of-00001.parquet"
            .formatted(HUB, ARC_HUB.repository(), ARC_HUB.revision(), set, split),
        0,
        sha256);
  }

  private static DataSet piqa() {
    About about =
        new About(
            "piqa",
            "Physical interaction questions",
            List.of("accuracy"),
            new Sizes(16113, 1838, 1838),
            "",
            "not stated",
            "Bisk et al. (AAAI 2020)",
            new Hub("ybisk/piqa", "main"));
    RemoteFile zip =
        file(
            "https://storage.googleapis.com/ai2-mosaic/public/physicaliqa/physicaliqa-train-dev.zip",
            1824009,
            "54d32a04f59a7e354396f321723c8d7ec35cc6b08506563d8d1ffcc15ce98ddd");
    return new DataSet(about, List.of(zip), Questions.PIQA_PIECES, Questions::piqa);
  }

  private static DataSet boolq() {
    String address = "https://storage.googleapis.com/boolq/";
    About about =
        new About(
            "boolq",
            "BoolQ yes/no questions",
            List.of("accuracy"),
            new Sizes(9427, 3270, 3270),
            "",
            "CC BY-SA 3.0",
            "Clark et al. (NAACL 2019)",
            new Hub("google/boolq", "35b264d03638db9f4ce671b711558bf7ff0f80d5"));
    return new DataSet(
        about,
        List.of(
            file(
                address + "train.jsonl",
                6525813,
                "cc7a79d44479867e8323a7b0c5c1d82edf516ca34912201f9384c3a3d098d8db"),
            file(
                address + "dev.jsonl",
                2238726,
                "ebc29ea3808c5c611672384b3de56e83349fe38fc1fe876fd29b674d81d0a80a")),
        Questions.BOOLQ_PIECES,
        Questions::boolq);
  }

  private static DataSet mmlu() {
    About about =
        new About(
            "mmlu",
            "MMLU, 57 subjects, zero-shot",
            List.of("accuracy"),
            new Sizes(99842, 1531, 14042),
            "",
            "MIT",
            "Hendrycks et al. (ICLR 2021)",
            new Hub("cais/mmlu", "c30699e8356da336a370243923dbaf21066bb9fe"));
    RemoteFile tar =
        new RemoteFile(
            "mmlu.tar",
            166184960,
            Checksum.sha256("bec563ba4bac1d6aaf04141cd7d1605d7a5ca833e38f994051e818489592989b"),
            List.of(URI.create("https://people.eecs.berkeley.edu/~hendrycks/data.tar")));
    return new DataSet(about, List.of(tar), Questions.MMLU_PIECES, Questions::mmlu);
  }

  private static DataSet alpaca() {
    About about =
        new About(
            "alpaca",
            "Alpaca, cleaned",
            List.of("perplexity"),
            new Sizes(0, 0, 0),
            "",
            "CC BY-NC 4.0",
            "Taori et al. (2023); Ruebsamen, AlpacaDataCleaned (2023)",
            new Hub("yahma/alpaca-cleaned", "12567cabf869d7c92e573c7c783905fc160e9639"));
    RemoteFile json =
        file(
            "https://raw.githubusercontent.com/gururise/AlpacaDataCleaned/791174f63efa9aa54ca6c38639dc6e5bb5657d80/alpaca_data_cleaned.json",
            0,
            Checksum.gitBlob("fce7512c5733979e61db8c25e5138deead700650"));
    return new DataSet(about, List.of(json), Alpaca.PIECES, new Alpaca());
  }
}
