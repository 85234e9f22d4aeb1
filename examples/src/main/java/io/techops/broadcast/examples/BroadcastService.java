package io.techops.broadcast.examples;

import io.techops.broadcast.tyrus.BroadcastServer;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * The whole service: what anyone sends to port 5000 reaches everyone who is connected to it, and port 8000 serves a
 * page to try it with. {@code --help} tells all options.
 *
 * <p>Standard output holds a line for each address the service listens on, once it does, and nothing else unless
 * {@code debug} is given. SIGINT and SIGTERM end it: every peer is told, with close code 1001, and the process ends
 * within 10 seconds unless {@code --drain} or {@code --drain-delay} allows more. Exit codes: 2 for an option that
 * cannot be honoured, 1 for an address that cannot be listened on, each with one line on standard error.
 */
@Command(name = "broadcast-service", sortOptions = false, versionProvider = BroadcastService.Version.class,
        customSynopsis = "java -jar broadcast-service.jar [debug] [OPTION...]",
        description = "%nLive messages to everyone who is connected: what a WebSocket peer sends, every peer gets.%n",
        footer = {"",
            "Sizes are bytes, or end in KiB, MiB or GiB; times end in ms, s, m or h.",
            "SIGHUP opens the log file again and reads tokens and certificates again.",
            "SIGINT and SIGTERM end the service: peers are closed with code 1001, within 5s more than --drain",
            "and --drain-delay.",
            "Exit codes: 2 for an option that cannot be honoured, 1 if an address cannot be listened on."})
public final class BroadcastService implements Callable<Integer> {

    /** How long the end may take in addition to the drain. */
    private static final Duration LONGEST_REST = Duration.ofSeconds(3);

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final Options options = new Options();

    /** Guards the fields that follow, between the thread that starts the service and the one that ends it. */
    private final Object lock = new Object();
    private final Readiness readiness = new Readiness();
    /** Counted down whenever the process is told to end. */
    private final CountDownLatch told = new CountDownLatch(2);
    private boolean ending;
    private @Nullable BroadcastServer server;
    private @Nullable PidFile pidFile;
    private @Nullable HealthServer health;

    private final @Nullable Configuration configuration;

    private BroadcastService(@Nullable Configuration configuration) {
        this.configuration = configuration;
    }

    private String named(String line) {
        return configuration == null ? line : configuration.named(line);
    }

    /**
     * Runs the service until the process is told to end.
     *
     * @param arguments the options
     */
    public static void main(String[] arguments) {
        System.setProperty("java.util.logging.manager", ServiceLogManager.class.getName());
        System.exit(run(arguments, System.getenv()));
    }

    static int run(String[] arguments, Map<String, String> environment) {
        CommandLine onlyArguments = command();
        try {
            ParseResult given = onlyArguments.parseArgs(arguments);
            if (given.isUsageHelpRequested() || given.isVersionHelpRequested()) {
                return command().execute(arguments);
            }
            Configuration all = Configuration.read(onlyArguments, arguments, environment);
            return command(new BroadcastService(all)).execute(all.arguments());
        } catch (ParameterException e) {
            return command().execute(arguments); // prints the same error
        } catch (BadOption e) {
            return refuse(onlyArguments, e.getMessage(), 2);
        }
    }

    static CommandLine command() {
        return command(new BroadcastService(null));
    }

    private static CommandLine command(BroadcastService service) {
        CommandLine command = new CommandLine(service);
        command.setExpandAtFiles(false);
        command.setParameterExceptionHandler(
                (e, arguments) -> refuse(command, service.named(BadCommandLine.line(e)), 2));
        command.setExecutionExceptionHandler((e, same, parsed) -> {
            if (e instanceof BadOption) {
                return refuse(command, service.named(String.valueOf(e.getMessage())), 2);
            }
            if (e instanceof IllegalArgumentException || e instanceof IllegalStateException) {
                return refuse(command, e.getMessage(), 2); // settings that exclude each other in the library
            }
            if (e instanceof UncheckedIOException unchecked) {
                String line = String.valueOf(unchecked.getCause().getMessage());
                return refuse(command, PortHolder.explain(line), 1);
            }
            throw e;
        });
        CommandHelp.install(command);
        return command;
    }

    private static int refuse(CommandLine command, @Nullable String line, int exitCode) {
        PrintWriter err = command.getErr();
        err.println("broadcast-service: " + line);
        err.flush();
        return exitCode;
    }

    /** Called by picocli once the options are read. */
    @Override
    public Integer call() throws BadOption, InterruptedException {
        LogOptions log = options.log();
        Logging.configure(log.debug(), options.print() ? null : log.file(), log.format());
        if (configuration != null) {
            configuration.warn();
        }
        if (options.print() && spec != null && configuration != null) {
            System.out.print(configuration.print(spec.commandLine().getParseResult()));
            return 0;
        }
        BroadcastServer.Builder builder = options.server(isGiven("--web-port"));
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "broadcast-service-end"));
        EndSignals.handle(this::end, this::reload);
        synchronized (lock) {
            if (!ending) {
                start(builder);
            }
        }
        new CountDownLatch(1).await(); // the process ends by a signal
        return 0;
    }

    private boolean isGiven(String option) {
        return spec != null && spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    private void start(BroadcastServer.Builder builder) throws BadOption {
        if (options.pidFile() != null) {
            pidFile = PidFile.take(options.pidFile()); // before the line that the service listens
        }
        health = options.health(readiness);
        BroadcastServer started = builder.start();
        server = started;
        readiness.listening(options.figures());
        options.watch().start();
        System.out.println("Listening on " + started.uri());
        if (options.hasPage()) {
            System.out.println("Page at " + started.pageUri());
        }
        if (health != null) {
            System.out.println("Health at " + health.uri());
        }
    }

    /** Runs at SIGHUP, on its own thread. */
    private void reload() {
        try {
            Logging.reopen();
        } finally {
            options.watch().readAll();
        }
    }

    /** Runs on its own thread when the process is told to end; and once more, with nothing to do, as it ends. */
    private void end() {
        told.countDown();
        synchronized (lock) {
            ending = true;
            if (server != null) {
                readiness.draining();
                pause(options.drainDelay());
                close(server);
                server = null;
            }
            if (health != null) {
                health.close();
                health = null;
            }
            if (pidFile != null) {
                pidFile.remove();
                pidFile = null;
            }
        }
    }

    /**
     * Waits, while everything goes on, so that load balancers notice that they should send peers to other nodes. A
     * second signal ends the wait.
     */
    private void pause(Duration delay) {
        try {
            told.await(delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // goes on to the end at once
        }
    }

    private void close(BroadcastServer server) {
        Thread closing = new Thread(() -> {
            server.close(options.drain());
            options.close();
        }, "broadcast-service-close");
        closing.setDaemon(true);
        closing.start();
        try {
            closing.join(options.drain().plus(LONGEST_REST).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What {@code --version} prints. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = BroadcastService.class.getPackage().getImplementationVersion();
            return new String[] {"broadcast-service " + (version == null ? "(not from its jar)" : version)};
        }
    }
}
