package io.techops.broadcast.examples;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** The options about who may do what. */
final class AccessOptions {

    private static final Logger LOG = LoggerFactory.getLogger(AccessOptions.class);
    private static final String TOKEN_FILE = "--token-file";
    private static final String PUBLISH_TOKEN_FILE = "--publish-token-file";
    private static final String REFUSE_BY = "--refuse-by";

    @Option(names = TOKEN_FILE, paramLabel = "FILE",
            description = "Tokens and what each permits: a line is a token, or * for those who have none, and behind "
                    + "it listen, speak (and listen) or publish (over HTTP), each perhaps only for a topic, as in "
                    + "speak:news or speak:chat-*. Read again when it changes (default: anyone may listen and speak).")
    private @Nullable Path tokenFile;

    @Option(names = PUBLISH_TOKEN_FILE, paramLabel = "FILE",
            description = "Lets messages be published by POST, with the bearer token in the first line of this file, "
                    + "which is read again when it changes (default: only what --token-file permits).")
    private @Nullable Path publishTokenFile;

    @Option(names = "--listen-only",
            description = "No peer may speak: messages come over HTTP alone (default: those who may speak do).")
    private boolean listenOnly;

    @Option(names = REFUSE_BY, paramLabel = "close|ignore", converter = Value.RefuseBy.class,
            description = "What a message does whose peer may not speak: it closes the peer with code 1008, or it is "
                    + "ignored; only with --token-file or --listen-only (default: close).")
    private Value.RefuseBy.@Nullable Way refuseBy;

    private @Nullable SecretFile tokenSecrets;
    private @Nullable SecretFile publishSecret;
    private @Nullable Access access;
    private boolean topics;
    private Supplier<Stream<Peer>> peers = Stream::empty;

    /**
     * Reads the files, now and when they change, and sets who may connect and publish.
     *
     * @param withTopics whether there are topics
     * @throws BadOption if a file cannot be read, or an option has no effect
     */
    void apply(BroadcastServer.Builder server, boolean withTopics, FileWatch watch) throws BadOption {
        if (refuseBy != null && tokenFile == null && !listenOnly) {
            throw new BadOption(REFUSE_BY, "must be given together with " + TOKEN_FILE + " or --listen-only",
                    refuseBy.word());
        }
        topics = withTopics;
        tokenSecrets = tokenFile == null ? null : new SecretFile(TOKEN_FILE, tokenFile);
        publishSecret = publishTokenFile == null ? null : new SecretFile(PUBLISH_TOKEN_FILE, publishTokenFile);
        List<Path> files = Stream.of(tokenFile, publishTokenFile).flatMap(Stream::ofNullable).toList();
        if (files.isEmpty()) {
            return;
        }
        watch.add(files, this::readAgain);
        access = new Access(read());
        server.publishers(access);
        if (tokenFile != null) {
            server.handshakePolicy(access);
        }
    }

    /** Sets the peers whose rights are checked again when the files have changed. */
    void peers(Supplier<Stream<Peer>> all) {
        peers = all;
    }

    private void readAgain() throws BadOption {
        Tokens read = read();
        if (access != null) {
            access.use(read, peers.get());
            LOG.info("Tokens in force, read again: {}", read.count());
        }
    }

    private Tokens read() throws BadOption {
        Tokens tokens = Tokens.none(Rights.LISTEN_AND_SPEAK);
        if (tokenSecrets != null) {
            try {
                tokens = Tokens.parse(tokenSecrets.lines(), topics);
            } catch (IllegalArgumentException e) { // its message does not show the token
                throw new BadOption(TOKEN_FILE, e.getMessage(), tokenFile);
            }
        }
        if (publishSecret == null) {
            return tokens;
        }
        List<String> lines = publishSecret.lines();
        try {
            return tokens.andPublisher(lines.isEmpty() ? "" : lines.get(0).strip());
        } catch (IllegalArgumentException e) {
            throw new BadOption("the token in " + PUBLISH_TOKEN_FILE, "must be letters, digits and -._~+/, perhaps "
                    + "with = at its end (RFC 6750 section 2.1), and not empty", publishTokenFile);
        }
    }

    /** Adds the check of peers that are registered while the files are read again. */
    void apply(BroadcastHub.Builder hub) {
        if (access != null && tokenFile != null) {
            hub.listener(access);
        }
    }

    /** {@return a policy that first checks who may speak, and then asks {@code policy}} */
    MessagePolicy before(MessagePolicy policy) {
        MessagePolicy.Verdict refusal = refuseBy == Value.RefuseBy.Way.IGNORE ? MessagePolicy.Verdict.ignore()
                : MessagePolicy.Verdict.close(CloseReason.of(CloseReason.POLICY_VIOLATION, listenOnly
                        ? "peers may only listen here" : "the right to speak here is missing"));
        if (listenOnly) {
            return MessagePolicy.nonBlocking((context, message) -> refusal);
        }
        return access == null || tokenFile == null ? policy : access.speakers(refusal).andThen(policy);
    }
}
