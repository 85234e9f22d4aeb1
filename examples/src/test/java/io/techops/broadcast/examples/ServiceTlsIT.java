package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.Program;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.testing.Tls;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service with TLS, with a key store made by the JDK's keytool. */
class ServiceTlsIT {

    private static final boolean POSIX = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    @TempDir
    static Path folder = Path.of("");
    private static Path keystore = Path.of("");
    private static Path password = Path.of("");

    @BeforeAll
    static void makeAKeyStore() throws Exception {
        password = secret("password", "open sesame\n", "rw-------");
        keystore = Tls.keyStore(folder, "open sesame");
    }

    private static Path secret(String name, String content, String mode) throws IOException {
        Path file = Files.writeString(folder.resolve(name), content);
        if (POSIX) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        }
        return file;
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
        HttpClient client = Tls.clientTrusting(keystore, Tls.ALIAS, "open sesame");
        try (Program service = Program.listening("--host", "localhost", "--tls-keystore", keystore.toString(),
                "--tls-password-file", password.toString())) {
            URI page = service.pageUri();
            assertThat(service.uri()).hasScheme("wss");
            assertThat(page).hasScheme("https");
            try (JdkClient one = JdkClient.open(client, service.uri());
                    JdkClient two = JdkClient.open(client, service.uri())) {
                for (String text : new String[] {"", "secret \ud83d\ude00", "x".repeat(65_536)}) {
                    one.send(text);
                    assertThat(one.next()).isEqualTo(text);
                    assertThat(two.next()).isEqualTo(text);
                }
                assertThat(client.send(HttpRequest.newBuilder(page).timeout(TestRun.LIMIT).build(),
                        BodyHandlers.ofString()).body()).containsIgnoringCase("<!doctype html>");
                service.kill("TERM");
                assertThat(one.closed().code()).isEqualTo(1001);
                assertThat(two.closed().code()).isEqualTo(1001);
                assertThat(service.awaitExit()).isEqualTo(143);
                assertThat(service.err()).isEmpty();
            }
        }
    }

    @Test
    void showsEachClientAKeyForTheNameItAsksForAndWarnsOfOneThatHasExpired() throws Exception {
        Path several = folder.resolve("several.p12");
        String[] common = {"-keyalg", "EC", "-storetype", "PKCS12", "-keystore", several.toString(), "-storepass",
            "open sesame"};
        Tls.keytool(Stream.of(List.of("-genkeypair", "-alias", "past", "-dname", "CN=past", "-ext",
                "san=dns:past.example", "-startdate", "-20d", "-validity", "10"), List.of(common))
                .flatMap(List::stream).toArray(String[]::new));
        Tls.keytool(Stream.of(List.of("-genkeypair", "-alias", "here", "-dname", "CN=here", "-ext",
                "san=dns:localhost", "-validity", "10"), List.of(common)).flatMap(List::stream).toArray(String[]::new));
        HttpClient client = Tls.clientTrusting(several, "here", "open sesame");
        try (Program service = Program.listening("--no-web", "--tls-keystore", several.toString(),
                    "--tls-password-file", password.toString());
                JdkClient peer = JdkClient.open(client, service.uri())) {
            peer.send("encrypted");
            assertThat(peer.next()).isEqualTo("encrypted");
            service.awaitErr(
                    "[^ ]+ WARN  The certificate of the key past for \\[past\\.example] in .* has expired on .*");
            assertThat(service.err()).hasSize(1);
        }
    }

    @Test
    void warnsOnceOfAPasswordThatEveryUserCanRead() throws Exception {
        assumeThat(POSIX).as("files have modes here").isTrue();
        Path open = secret("open", "open sesame\n", "rw-r--r--");
        try (Program service = Program.listening("--no-web", "--tls-keystore", keystore.toString(),
                "--tls-password-file", open.toString())) {
            service.kill("HUP");
            service.kill("TERM");
            service.awaitExit();
            assertThat(service.err()).singleElement().asString().endsWith("--tls-password-file can be read by every "
                    + "user of this machine, and so can what is secret in it: " + open + " (rw-r--r--)");
        }
    }

    @Test
    void refusesAWrongPassword() throws Exception {
        Path wrong = secret("wrong", "open barley\n", "rw-------");
        refuses("the password in --tls-password-file must be that of --tls-keystore: " + keystore, keystore, wrong);
    }

    @Test
    void refusesAKeyStoreWithoutAKey() throws Exception {
        Path certificate = folder.resolve("certificate");
        Path trust = folder.resolve("trust.p12");
        Tls.keytool("-exportcert", "-alias", Tls.ALIAS, "-keystore", keystore.toString(),
                "-storepass", "open sesame", "-file", certificate.toString());
        Tls.keytool("-importcert", "-noprompt", "-alias", Tls.ALIAS, "-keystore", trust.toString(),
                "-storepass", "open sesame", "-file", certificate.toString());
        refuses("--tls-keystore must hold a private key with its certificate, and holds none: " + trust, trust,
                password);
    }

    @Test
    void refusesWhatIsNoKeyStore() {
        refuses("--tls-keystore must be a PKCS #12 or JKS file, and is neither: " + password, password, password);
    }

    @Test
    void refusesFilesThatAreMissing() {
        Path missing = folder.resolve("missing");
        refuses("--tls-keystore must be a file that can be read: " + missing, missing, password);
        refuses("--tls-password-file must be a text file that can be read: " + missing, keystore, missing);
    }
}
