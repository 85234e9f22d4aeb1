package io.techops.broadcast.examples;

import io.techops.broadcast.tyrus.BroadcastServer;
import io.techops.broadcast.tyrus.Publishers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** What can be done over HTTP beside WebSocket. */
final class HttpOptions {

    private static final Logger LOG = LoggerFactory.getLogger(BroadcastService.class);
    private static final String TOKEN_FILE = "--publish-token-file";

    @Option(names = "--sse",
            description = "Serves Server-Sent Events too: a GET with Accept: text/event-stream (default: off).")
    private boolean sse;

    @Option(names = TOKEN_FILE, paramLabel = "FILE",
            description = "Lets messages be published by POST, with the bearer token in the first line of this file "
                    + "(default: nothing can be published).")
    private @Nullable Path tokenFile;

    /**
     * Sets what was asked for.
     *
     * @throws BadOption if there is no token in the file
     */
    void apply(BroadcastServer.Builder server) throws BadOption {
        server.sse(sse);
        if (tokenFile != null) {
            server.publishers(publishers(tokenFile));
        }
    }

    private static Publishers publishers(Path file) throws BadOption {
        String token;
        try {
            token = Files.readString(file).lines().findFirst().orElse("").strip();
            if (isOpen(file)) {
                LOG.warn("{} can be read by every user of this machine, and so can the token in it: {}", TOKEN_FILE,
                        file);
            }
        } catch (IOException e) {
            throw new BadOption(TOKEN_FILE, "must be a text file that can be read", file);
        }
        try {
            return Publishers.token(token);
        } catch (IllegalArgumentException e) { // which does not show it
            throw new BadOption("the " + e.getMessage().replaceFirst("^token", "token in " + TOKEN_FILE) + ": " + file);
        }
    }

    private static boolean isOpen(Path file) throws IOException {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
    }
}
