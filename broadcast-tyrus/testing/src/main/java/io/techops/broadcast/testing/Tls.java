package io.techops.broadcast.testing;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Keys for tests, made by the JDK's keytool, and clients that trust them.
 */
public final class Tls {

    /** The name of the key in a key store of {@link #keyStore}. */
    public static final String ALIAS = "live";

    private static final String PASSWORD = "only for tests";

    private Tls() {
    }

    /** {@return a context for both servers and clients, with a key for {@code localhost} and 127.0.0.1} */
    public static SSLContext context() {
        return Holder.CONTEXT;
    }

    /** {@return the context of a client that trusts that key and has none of its own} */
    public static SSLContext anonymous() {
        return Holder.ANONYMOUS;
    }

    /** The key is made once in a run of the tests. */
    private static final class Holder {
        static final SSLContext CONTEXT;
        static final SSLContext ANONYMOUS;

        static {
            try {
                KeyStore keys = temporaryKeys();
                KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                own.init(keys, PASSWORD.toCharArray());
                CONTEXT = trusting(keys, own);
                ANONYMOUS = trusting(keys, null);
            } catch (IOException | GeneralSecurityException e) {
                throw new IllegalStateException("no key for the tests", e);
            }
        }
    }

    private static KeyStore temporaryKeys() throws IOException, GeneralSecurityException {
        Path folder = Files.createTempDirectory("broadcast-tls");
        Path file = keyStore(folder, PASSWORD);
        try {
            return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
    }

    private static SSLContext trusting(KeyStore trusted, @Nullable KeyManagerFactory own)
            throws GeneralSecurityException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own == null ? null : own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    /** {@return a new PKCS #12 file in {@code folder} with a key for {@code localhost} and 127.0.0.1} */
    public static Path keyStore(Path folder, String password) throws IOException {
        Path file = folder.resolve("keys.p12");
        keytool("-genkeypair", "-alias", ALIAS, "-keyalg", "EC", "-dname", "CN=localhost", "-ext",
                "san=dns:localhost,ip:127.0.0.1", "-storetype", "PKCS12", "-keystore", file.toString(), "-storepass",
                password);
        return file;
    }

    /** Writes the key of a file as {@code key.pem}, and its certificate as {@code cert.pem}, into a folder. */
    public static void writePem(Path keys, String password, Path folder) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(keys.toFile(), password.toCharArray());
        Files.writeString(folder.resolve("cert.pem"), pem("CERTIFICATE", store.getCertificate(ALIAS).getEncoded()));
        Files.writeString(folder.resolve("key.pem"),
                pem("PRIVATE KEY", store.getKey(ALIAS, password.toCharArray()).getEncoded()));
    }

    /** {@return the content of a PEM file} */
    public static String pem(String kind, byte[] content) {
        return "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
                + "\n-----END " + kind + "-----\n";
    }

    /** {@return a context for both servers and clients, with the keys of a file, whose certificates it trusts} */
    public static SSLContext context(Path keys, String password) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(keys.toFile(), password.toCharArray());
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(store, password.toCharArray());
        return trusting(store, own);
    }

    /** Runs keytool; if it fails, throws an exception with its output. */
    public static void keytool(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC")); // it runs for a second
        command.addAll(List.of(arguments));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (keytool.waitFor() != 0) {
                throw new IOException("keytool failed: " + output);
            }
        } catch (InterruptedException e) {
            throw new IOException("keytool was interrupted", e);
        } finally {
            keytool.destroyForcibly();
        }
    }

    /** {@return a client that trusts one certificate in the file {@code keys}, and no other} */
    public static HttpClient clientTrusting(Path keys, String alias, String password)
            throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(alias,
                KeyStore.getInstance(keys.toFile(), password.toCharArray()).getCertificate(alias));
        return HttpClient.newBuilder().sslContext(trusting(trusted, null)).build();
    }
}
