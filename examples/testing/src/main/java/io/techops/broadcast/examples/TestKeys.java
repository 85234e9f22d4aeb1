package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Key stores, made by the JDK's keytool as the README says. */
final class TestKeys {

    /** The name of the key in the store. */
    static final String ALIAS = "live";

    private TestKeys() {
    }

    /** {@return a new PKCS #12 file in {@code folder} with a key for this machine} */
    static Path generate(Path folder, String password) throws IOException, InterruptedException {
        Path keys = folder.resolve("keys.p12");
        keytool(folder, "-genkeypair", "-alias", ALIAS, "-keyalg", "EC", "-dname", "CN=localhost", "-ext",
                "san=dns:localhost,ip:127.0.0.1", "-storetype", "PKCS12", "-keystore", keys.toString(), "-storepass",
                password);
        return keys;
    }

    /** Runs keytool, whose output goes to {@code folder}. */
    static void keytool(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        Path output = folder.resolve("keytool.out");
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            assertThat(keytool.waitFor(Program.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(keytool.exitValue()).as(Files.readString(output)).isZero();
        } finally {
            keytool.destroyForcibly();
        }
    }

    /** {@return a client that trusts the certificate in {@code keys}, and no other} */
    static HttpClient trusting(Path keys, String password) throws IOException, GeneralSecurityException {
        return trusting(keys, ALIAS, password);
    }

    /** {@return a client that trusts one certificate in {@code keys}, and no other} */
    static HttpClient trusting(Path keys, String alias, String password) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(ALIAS,
                KeyStore.getInstance(keys.toFile(), password.toCharArray()).getCertificate(alias));
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }
}
