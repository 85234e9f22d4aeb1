package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The load generator's process. It reads one specification a line, and answers each with one line.
 */
@Command(name = "load", description = "Generates load as asked on standard input. For the runner.")
final class LoadCommand implements Callable<Integer> {

    /** What is said at a stage, whose name follows; {@link #GO} has to be answered. */
    static final String PAUSED = "paused ";
    static final String GO = "go";
    /** What a result begins with. */
    static final String RESULT = "result ";

    @Option(names = "--key-store", description = "the key that servers with TLS use")
    @Nullable Path keyStore;

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    @Override
    public Integer call() throws Exception {
        SSLContext tls = keyStore == null ? null : new Tls(keyStore).context();
        ControlLine.follow(lines::add);
        while (true) {
            System.out.println(RESULT + measured(LoadSpec.parse(lines.take()), tls));
        }
    }

    private LoadResult measured(LoadSpec spec, @Nullable SSLContext tls) throws IOException {
        Closing closing = spec.traffic().closing();
        if (closing == null) {
            try (Load load = new Load(spec, tls)) {
                return load.run(this::pause);
            }
        }
        try (ConnectionChurn churn = new ConnectionChurn(spec, closing, tls)) {
            return churn.run();
        }
    }

    private void pause(Stage stage) {
        System.out.println(PAUSED + stage);
        try {
            String answer = lines.take();
            if (!answer.equals(GO)) {
                throw new IllegalStateException("the answer must be " + GO + ": " + answer);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("this thread is never interrupted", e);
        }
    }
}
