package io.techops.broadcast.benchmarks;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands. */
@Command(name = "benchmarks", mixinStandardHelpOptions = true, description = "What a delivery costs.",
        subcommands = {RunCommand.Quick.class, RunCommand.ForTargets.class, RunCommand.Full.class,
            RunCommand.Redis.class, RunCommand.Deflate.class, DelayCommand.class, DrawCommand.class, JmhCommand.class,
            ServeCommand.class, LoadCommand.class})
public final class Benchmarks {

    private Benchmarks() {
    }

    /**
     * Runs one command.
     *
     * @param args its name and options
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Benchmarks()).execute(args));
    }
}
