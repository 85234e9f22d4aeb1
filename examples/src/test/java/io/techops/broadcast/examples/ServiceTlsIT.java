package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service with TLS, with a key store made by the JDK's keytool. */
class ServiceTlsIT {

    @TempDir
    static Path folder = Path.of("");
    private static Path keystore = Path.of("");
    private static Path password = Path.of("");

    @BeforeAll
    static void makeAKeyStore() throws Exception {
        keystore = folder.resolve("keys.p12");
        password = Files.writeString(folder.resolve("password"), "open sesame\n");
        keytool("-genkeypair", "-alias", "service", "-keyalg", "EC", "-dname", "CN=localhost", "-ext",
                "san=dns:localhost,ip:127.0.0.1", "-storetype", "PKCS12", "-keystore", keystore.toString(),
                "-storepass", "open sesame");
    }

    private static void keytool(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Path output = folder.resolve("keytool.out");
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            assertThat(keytool.waitFor(Program.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(keytool.exitValue()).as(Files.readString(output)).isZero();
        } finally {
            keytool.destroyForcibly();
        }
    }

    private static HttpClient trusting() throws Exception {
        KeyStore keys = KeyStore.getInstance(keystore.toFile(), "open sesame".toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("service", keys.getCertificate("service"));
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }

    private static void refuses(String line, Path store, Path passwordFile) {
        try (Program service = Program.service("--port", "0", "--no-web", "--tls-keystore", store.toString(),
                "--tls-password-file", passwordFile.toString())) {
            assertThat(service.awaitExit()).isEqualTo(2);
            assertThat(service.out()).isEmpty();
            assertThat(service.err()).containsExactly("broadcast-service: " + line);
        }
    }

    @Test
    void servesPeersAndPageAndEndsCleanly() throws Exception {
        HttpClient client = trusting();
        try (Program service = Program.listening("--host", "localhost", "--tls-keystore", keystore.toString(),
                "--tls-password-file", password.toString())) {
            URI page = service.pageUri();
            assertThat(service.uri()).hasScheme("wss");
            assertThat(page).hasScheme("https");
            try (TestPeer one = TestPeer.connect(service.uri(), client);
                    TestPeer two = TestPeer.connect(service.uri(), client)) {
                for (String text : new String[] {"", "secret \ud83d\ude00", "x".repeat(65_536)}) {
                    one.send(text);
                    assertThat(one.next()).isEqualTo(text);
                    assertThat(two.next()).isEqualTo(text);
                }
                assertThat(client.send(HttpRequest.newBuilder(page).timeout(Program.PATIENCE).build(),
                        BodyHandlers.ofString()).body()).containsIgnoringCase("<!doctype html>");
                service.kill("TERM");
                assertThat(one.closeCode()).isEqualTo(1001);
                assertThat(two.closeCode()).isEqualTo(1001);
                assertThat(service.awaitExit()).isEqualTo(143);
                assertThat(service.err()).isEmpty();
            }
        }
    }

    @Test
    void refusesAWrongPassword() throws Exception {
        Path wrong = Files.writeString(folder.resolve("wrong"), "open barley\n");
        refuses("--tls-password-file must hold the password of " + keystore + ": " + wrong, keystore, wrong);
    }

    @Test
    void refusesAKeyStoreWithoutAKey() throws Exception {
        Path certificate = folder.resolve("certificate");
        Path trust = folder.resolve("trust.p12");
        keytool("-exportcert", "-alias", "service", "-keystore", keystore.toString(), "-storepass", "open sesame",
                "-file", certificate.toString());
        keytool("-importcert", "-noprompt", "-alias", "service", "-keystore", trust.toString(), "-storepass",
                "open sesame", "-file", certificate.toString());
        refuses("--tls-keystore must hold a private key with its certificate: " + trust, trust, password);
    }

    @Test
    void refusesWhatIsNoKeyStore() {
        refuses("--tls-keystore must be a PKCS #12 or JKS key store: " + password, password, password);
    }

    @Test
    void refusesFilesThatAreMissing() {
        Path missing = folder.resolve("missing");
        refuses("--tls-keystore must be a file that can be read: " + missing, missing, password);
        refuses("--tls-password-file must be a text file that can be read: " + missing, keystore, missing);
    }
}
