package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.Program;
import io.techops.broadcast.testing.Tls;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the service reads again while it runs, and what it says of a port that is taken. */
class ReloadIT {

    private static final String PASSWORD = "open sesame";
    private static final boolean POSIX = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    @TempDir
    Path folder = Path.of("");

    /** Writes a new key as certbot does: first the one file, then the other. */
    private Path renew(String name) throws Exception {
        Path store = Tls.keyStore(Files.createDirectories(folder.resolve(name)), PASSWORD);
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        Certificate certificate = keys.getCertificate(Tls.ALIAS);
        write("fullchain.pem", Tls.pem("CERTIFICATE", certificate.getEncoded()));
        write("privkey.pem", Tls.pem("PRIVATE KEY", keys.getKey(Tls.ALIAS, PASSWORD.toCharArray()).getEncoded()));
        return store;
    }

    /** Replaces a file: the service may look at it at any time, and is to see all of it. */
    private Path write(String name, String content) throws IOException {
        Path written = Files.writeString(folder.resolve("new"), content);
        if (POSIX) {
            Files.setPosixFilePermissions(written, PosixFilePermissions.fromString("rw-------"));
        }
        return Files.move(written, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Replaces a file by a copy of another one, as {@link #write} does. */
    private void copy(Path other, String name) throws IOException {
        Files.move(Files.copy(other, folder.resolve("new")), folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private static JdkClient open(Path trusted, Program service) throws Exception {
        return JdkClient.open(Tls.clientTrusting(trusted, Tls.ALIAS, PASSWORD), service.uri());
    }

    @Test
    void aRenewedCertificateIsShownToThoseWhoComeAndThoseWhoAreThereStay() throws Exception {
        Path old = renew("old");
        Path log = folder.resolve("log");
        try (Program service = Program.listening("--no-web", "--log-file", log.toString(), "--tls-certificate",
                folder.resolve("fullchain.pem").toString(), "--tls-key", folder.resolve("privkey.pem").toString());
                JdkClient before = open(old, service)) {
            Path renewed = renew("renewed");
            await().until(() -> Files.readString(log).contains("TLS keys in force"));
            try (JdkClient after = open(renewed, service)) {
                before.send("still here");
                assertThat(after.next()).isEqualTo("still here");
                assertThat(before.next()).isEqualTo("still here");
            }
            write("privkey.pem", "no key");
            service.awaitErr(".* A changed file cannot be used, and what was read before stays in force: --tls-key "
                    + "must be a PEM file with a private key: .*");
            try (JdkClient after = open(renewed, service)) {
                after.send("the last good one");
                assertThat(before.next()).isEqualTo("the last good one");
            }
            assertThat(service.err()).filteredOn(line -> line.contains("must be a PEM file with")).as("told once")
                    .hasSize(1);
            Path last = renew("last");
            // The log does not tell when: the last ones may have been read once more meanwhile.
            try (JdkClient after = await().ignoreExceptions().until(() -> open(last, service), Objects::nonNull)) {
                after.send("and back");
                assertThat(before.next()).isEqualTo("and back");
            }
        }
    }

    @Test
    void soIsOneOfAKeyStore() throws Exception {
        Path old = Tls.keyStore(Files.createDirectories(folder.resolve("old")), PASSWORD);
        Path renewed = Tls.keyStore(Files.createDirectories(folder.resolve("renewed")), PASSWORD);
        Path used = folder.resolve("used.p12");
        copy(old, "used.p12");
        Path password = write("password", PASSWORD);
        Path log = folder.resolve("log");
        try (Program service = Program.listening("--no-web", "--log-file", log.toString(), "--tls-keystore",
                used.toString(), "--tls-password-file", password.toString()); JdkClient before = open(old, service)) {
            write("used.p12", "broken");
            service.awaitErr(".* what was read before stays in force: --tls-keystore must be a PKCS #12 or JKS file, "
                    + "and is neither: .*");
            open(old, service).close();
            copy(renewed, "used.p12");
            await().until(() -> Files.readString(log).contains("TLS keys in force"));
            try (JdkClient after = open(renewed, service)) {
                after.send("renewed");
                assertThat(before.next()).isEqualTo("renewed");
            }
            assertThat(service.err()).hasSize(1);
        }
    }

    @Test
    void aKeyThatEveryUserCanReadIsWarnedOfOnceWithItsMode() throws Exception {
        assumeThat(POSIX).as("files have modes here").isTrue();
        renew("any");
        Path key = folder.resolve("privkey.pem");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        Path log = folder.resolve("log");
        try (Program service = Program.listening("--no-web", "--log-file", log.toString(), "--tls-certificate",
                folder.resolve("fullchain.pem").toString(), "--tls-key", key.toString())) {
            service.kill("HUP");
            await().until(() -> Files.readString(log).contains("TLS keys in force"));
            service.kill("TERM");
            service.awaitExit(); // all that it wrote was read then
            assertThat(service.err()).singleElement().asString().endsWith("--tls-key can be read by every user of this "
                    + "machine, and so can what is secret in it: " + key + " (rw-r--r--)");
        }
    }

    @Test
    void sighupGoesOnInANewLogFileAndDoesNotEndTheService() throws Exception {
        Path log = folder.resolve("log");
        Path moved = folder.resolve("log.1");
        try (Program service = Program.listening("--no-web", "--debug", "--log-format", "json", "--log-file",
                log.toString()); JdkClient peer = JdkClient.open(service.uri())) {
            Files.move(log, moved);
            service.kill("HUP");
            service.kill("HUP");
            await().until(() -> Files.exists(log));
            peer.send("a \"message\"");
            assertThat(peer.next()).isEqualTo("a \"message\"");
            service.kill("TERM");
            assertThat(service.awaitExit()).isEqualTo(143);
            assertThat(service.err()).isEmpty();
            assertThat(json(moved)).extracting(line -> line.get("message").asText())
                    .anyMatch(message -> message.startsWith("Listening on ws://"));
            assertThat(json(log)).extracting(line -> line.get("message").asText())
                    .anyMatch(message -> message.startsWith("Closed ws://"));
        }
    }

    @Test
    void aLogFileThatCannotBeOpenedAgainIsToldAndNoLineIsLost() throws Exception {
        Path log = folder.resolve("log");
        Path moved = folder.resolve("log.1");
        try (Program service = Program.listening("--no-web", "--debug", "--log-file", log.toString())) {
            Files.move(log, moved);
            Files.createDirectory(log);
            service.kill("HUP");
            service.awaitErr(".* WARN  The log file cannot be opened again, and the log goes on in the one that is "
                    + "open until the next SIGHUP: .*/log .*");
            try (JdkClient peer = JdkClient.open(service.uri())) {
                peer.send("one");
                assertThat(peer.next()).isEqualTo("one");
                await().until(() -> Files.readString(moved).contains("broadcast 1"));
                Files.delete(log);
                service.kill("HUP");
                await().until(() -> Files.exists(log));
                peer.send("two");
                assertThat(peer.next()).isEqualTo("two");
                await().until(() -> Files.readString(log).contains("broadcast 2"));
            }
            assertThat(service.err()).hasSize(1);
        }
    }

    private static List<JsonNode> json(Path log) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(log)) {
            JsonNode read = mapper.readTree(line);
            assertThat(read.fieldNames()).toIterable().startsWith("time", "level", "logger", "message");
            lines.add(read);
        }
        return lines;
    }

    @Test
    void aPortThatIsTakenIsToldWithItsHolderAndTheOption() throws Exception {
        try (ServerSocket taken = new ServerSocket(0);
                Program service = Program.service("--no-web", "--port", Integer.toString(taken.getLocalPort()))) {
            assertThat(service.awaitExit()).isEqualTo(1);
            assertThat(service.err()).hasSize(1).first().asString()
                    .contains("Address already in use", "another --port");
            if (Files.exists(Path.of("/proc/self/fd"))) {
                assertThat(service.err()).first().asString().endsWith("; process " + ProcessHandle.current().pid()
                        + " (java) listens on " + taken.getLocalPort());
            }
        }
    }
}
