package dev.adder.cli;

import picocli.CommandLine.Command;

/** The data sets on this machine. */
@Command(
    name = "data",
    description = "Lists, checks and fetches the data sets, and measures their quick twins.",
    footer = {
      "",
      "ADDER_DATA=DIR in the environment names another cache, ADDER_OFFLINE=1 forbids",
      "the network; HF_HOME and HF_HUB_CACHE say where the hub's tools keep theirs,",
      "https_proxy and no_proxy how to get out."
    },
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    subcommands = {DataList.class, DataChecks.class, DataFetch.class, DataMeasure.class})
final class Data {

  private Data() {}
}
