package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.time.Duration;

/** The load generator, in a process of its own; another one is started when one does not answer. */
final class LoadProcess implements AutoCloseable {

    /** What the runner does at a stage. */
    @FunctionalInterface
    interface Pause {
        void at(Stage stage) throws IOException, InterruptedException;
    }

    private static final Duration MARGIN = Duration.ofSeconds(5);

    private final Workshop workshop;
    private final int spared;
    private Child child;

    /**
     * @param spared how many processors it leaves to the server, if it has others; 0 for none
     */
    LoadProcess(Workshop workshop, int spared) throws IOException {
        this.workshop = workshop;
        this.spared = spared;
        child = start();
    }

    private Child start() throws IOException {
        Child started = new Child(workshop.load(), workshop.log("load"));
        Processors.spare(started.pid(), spared);
        return started;
    }

    /** Lets it measure. {@return what it found; a failure if it did not answer in time} */
    LoadResult measure(LoadSpec spec, Pause pause) throws IOException, InterruptedException {
        try {
            child.say(spec.toString());
            while (true) {
                String line = child.await("", spec.limit().plus(MARGIN));
                if (!line.startsWith(LoadCommand.PAUSED)) {
                    return result(line);
                }
                pause.at(Stage.valueOf(line.substring(LoadCommand.PAUSED.length())));
                child.say(LoadCommand.GO);
            }
        } catch (IOException e) {
            child.close();
            child = start();
            return LoadResult.failed("load generator: " + e.getMessage());
        }
    }

    private static LoadResult result(String line) throws IOException {
        if (!line.startsWith(LoadCommand.RESULT)) {
            throw new IOException("no result: " + line);
        }
        return LoadResult.parse(line.substring(LoadCommand.RESULT.length()));
    }

    @Override
    public void close() {
        child.close();
    }
}
