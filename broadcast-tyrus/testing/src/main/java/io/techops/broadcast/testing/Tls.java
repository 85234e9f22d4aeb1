package io.techops.broadcast.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A key for {@code localhost} and 127.0.0.1 that is made anew for every run of the tests, and trusted by their clients.
 */
public final class Tls {

    private static final char[] PASSWORD = "only for tests".toCharArray();

    private Tls() {
    }

    /** {@return the context of servers and clients alike} */
    public static SSLContext context() {
        return Holder.CONTEXT;
    }

    /** {@return the context of a client that has no key of its own} */
    public static SSLContext anonymous() {
        return Holder.ANONYMOUS;
    }

    private static final class Holder {
        public static final SSLContext CONTEXT;
        public static final SSLContext ANONYMOUS;

        static {
            SSLContext[] made = make();
            CONTEXT = made[0];
            ANONYMOUS = made[1];
        }
    }

    /** {@return the two contexts} */
    private static SSLContext[] make() {
        try {
            KeyStore keys = keys();
            KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keyManagers.init(keys, PASSWORD);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(keys);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers.getKeyManagers(), trust.getTrustManagers(), null);
            SSLContext anonymous = SSLContext.getInstance("TLS");
            anonymous.init(null, trust.getTrustManagers(), null);
            return new SSLContext[] {context, anonymous};
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("no key for the tests", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static KeyStore keys() throws IOException, GeneralSecurityException, InterruptedException {
        Path folder = Files.createTempDirectory("broadcast-tls");
        Path file = folder.resolve("keys.p12");
        try {
            Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair", "-alias", "server", "-keyalg", "EC", "-validity", "2", "-dname", "CN=localhost",
                    "-ext", "SAN=dns:localhost,ip:127.0.0.1", "-storetype", "PKCS12", "-keystore", file.toString(),
                    "-storepass", new String(PASSWORD)).redirectErrorStream(true).start();
            String said = new String(keytool.getInputStream().readAllBytes());
            if (keytool.waitFor() != 0) {
                throw new IOException("keytool failed: " + said);
            }
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(file)) {
                keys.load(in, PASSWORD);
            }
            return keys;
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
    }
}
