package io.techops.broadcast.examples;

import io.techops.broadcast.tyrus.BroadcastServer;
import io.techops.broadcast.tyrus.ServerKeys;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** The options about TLS and its keys. */
final class TlsOptions {

    private static final Logger LOG = LoggerFactory.getLogger(TlsOptions.class);
    private static final String KEYSTORE = "--tls-keystore";
    private static final String PASSWORD_FILE = "--tls-password-file";
    private static final String CERTIFICATE = "--tls-certificate";
    private static final String KEY = "--tls-key";

    @Option(names = KEYSTORE, paramLabel = "FILE",
            description = "Serves wss and https with the keys in this PKCS #12 or JKS key store; a client is shown a "
                    + "valid one for the name that it asks for. Read again when it changes (default: no TLS).")
    private @Nullable Path keystore;

    @Option(names = PASSWORD_FILE, paramLabel = "FILE",
            description = "File whose first line is the password of the key store and of its keys; needed with "
                    + "--tls-keystore.")
    private @Nullable Path passwordFile;

    @Option(names = CERTIFICATE, paramLabel = "FILE",
            description = "Serves wss and https with this certificate and those that have issued it, in PEM, as "
                    + "certbot's fullchain.pem. Read again when it changes (default: no TLS).")
    private @Nullable Path certificate;

    @Option(names = KEY, paramLabel = "FILE",
            description = "The private key of --tls-certificate, in PEM (PKCS #8), as certbot's privkey.pem (default: "
                    + "none).")
    private @Nullable Path key;

    /**
     * Sets the options.
     *
     * @throws BadOption if options clash, or a file cannot be used
     */
    void apply(BroadcastServer.Builder server, FileWatch watch) throws BadOption {
        together(KEYSTORE, keystore, PASSWORD_FILE, passwordFile);
        together(CERTIFICATE, certificate, KEY, key);
        if (keystore != null && certificate != null) {
            throw new BadOption(KEYSTORE, "must not be given together with " + CERTIFICATE, keystore);
        }
        if (keystore != null && passwordFile != null) {
            SecretFile secret = new SecretFile(PASSWORD_FILE, passwordFile);
            char[] password = secret.lines().stream().findFirst().orElse("").toCharArray();
            Path file = keystore;
            serve(server, watch, List.of(file), secret, () -> ServerKeys.ofKeyStore(file, password));
        } else if (certificate != null && key != null) {
            Path chain = certificate;
            Path file = key;
            serve(server, watch, List.of(chain, file), new SecretFile(KEY, file), () -> ServerKeys.ofPem(chain, file));
        }
    }

    private static void together(String one, @Nullable Path given, String other, @Nullable Path needed)
            throws BadOption {
        if (given != null && needed == null) {
            throw new BadOption(one, "must be given together with " + other, given);
        }
        if (needed != null && given == null) {
            throw new BadOption(other, "must be given together with " + one, needed);
        }
    }

    private static void serve(BroadcastServer.Builder server, FileWatch watch, List<Path> files, SecretFile secret,
            Supplier<ServerKeys> reading) throws BadOption {
        ServerKeys[] keys = new ServerKeys[1];
        watch.add(files, () -> {
            translated(() -> keys[0].reload());
            secret.warnIfOpen();
            LOG.info("TLS keys in force, read again: {}", keys[0]);
        });
        translated(() -> keys[0] = reading.get());
        secret.warnIfOpen();
        server.tls(keys[0].context());
    }

    private static void translated(Runnable reading) throws BadOption {
        try {
            reading.run();
        } catch (IllegalArgumentException e) { // names its parameters
            throw new BadOption(e.getMessage().replaceFirst("^password", "the password in " + PASSWORD_FILE)
                    .replaceFirst("\\bkeyStore\\b", KEYSTORE).replaceFirst("^certificates\\b", CERTIFICATE)
                    .replaceFirst("^privateKey\\b", KEY));
        }
    }
}
