package io.techops.broadcast.examples;

import io.techops.broadcast.tyrus.BroadcastServer;
import io.techops.broadcast.tyrus.Pages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of the page: its files, its port, and what it can know about the hub. */
final class PageOptions {

    private static final String BUILT_IN = "io/techops/broadcast/examples/page";
    private static final String NO_WEB = "--no-web";
    private static final String PORT = "--web-port";
    private static final String ROOT = "--web-root";
    private static final String IDLE_TIMEOUT = "--page-idle-timeout";
    private static final String NO_PEER_COUNT = "--no-peer-count";

    @Option(names = PORT, paramLabel = "PORT", converter = Value.Port.class, defaultValue = "8000",
            description = "Port of the page; 0 is any free one; may be the same as --port (default: "
                    + "${DEFAULT-VALUE}).")
    private int port;

    @Option(names = ROOT, paramLabel = "DIR",
            description = "Folder whose files are served as the page (default: the built-in demo page).")
    private @Nullable Path root;

    @Option(names = NO_WEB, description = "Serves no page (default: it does).")
    private boolean none;

    @Option(names = IDLE_TIMEOUT, paramLabel = "TIME", converter = Value.PageIdleTime.class,
            description = "A connection to the page is closed when it was idle for so long; should be more than the "
                    + "load balancer's time, mostly 60s (default: 75s).")
    private @Nullable Duration idleTimeout;

    @Option(names = NO_PEER_COUNT,
            description = "Tells no page how many peers there are (default: /broadcast.json has the number, and the "
                    + "demo page shows it).")
    private boolean noPeerCount;

    /** {@return whether there is a page} */
    boolean isServed() {
        return !none;
    }

    /** {@return the port of the page, 0 if it is any free one, or if there is no page} */
    int port() {
        return none ? 0 : port;
    }

    /**
     * @param portGiven whether the operator gave {@code --web-port}
     * @throws BadOption if there is no page, and another option is about it
     */
    void check(boolean portGiven) throws BadOption {
        if (!none) {
            return;
        }
        String clash = portGiven ? PORT + " " + port : root != null ? ROOT + " " + root
                : idleTimeout != null ? IDLE_TIMEOUT : noPeerCount ? NO_PEER_COUNT : null;
        if (clash != null) {
            throw new BadOption(NO_WEB, "must not be given together with", clash);
        }
    }

    /**
     * Sets the options.
     *
     * @throws BadOption if the folder cannot be read
     */
    void apply(BroadcastServer.Builder server) throws BadOption {
        if (!none) {
            server.pages(pages()).pagePort(port).pagePeers(!noPeerCount);
        }
        if (idleTimeout != null) {
            server.pageIdleTimeout(idleTimeout);
        }
    }

    private Pages pages() throws BadOption {
        if (root == null) {
            return Pages.resources(PageOptions.class.getClassLoader(), BUILT_IN);
        }
        if (root.toString().isEmpty() || !Files.isDirectory(root) || !Files.isReadable(root)
                || !Files.isExecutable(root)) {
            throw new BadOption(ROOT, "must be a folder that can be read", root);
        }
        return Pages.folder(root);
    }
}
