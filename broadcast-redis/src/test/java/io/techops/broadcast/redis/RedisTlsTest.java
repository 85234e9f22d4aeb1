package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.techops.broadcast.spi.BackplaneException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Redis behind TLS, with a certificate of its own on both sides. */
class RedisTlsTest {

    private static final String PASSWORD = "password";

    @TempDir
    private Path folder;

    @Test
    void aServerIsTrustedByItsCertificateAndTrustsTheClients() throws Exception {
        makeCertificate();
        int tls = RedisProcess.freePort();
        try (RedisProcess redis = RedisProcess.start(Binary.JAR, "tls-port " + tls,
                "tls-cert-file " + folder.resolve("cert.pem"), "tls-key-file " + folder.resolve("key.pem"),
                "tls-ca-cert-file " + folder.resolve("cert.pem"), "tls-auth-clients yes")) {
            String uri = "rediss://localhost:" + tls;
            try (RedisBackplane backplane = RedisBackplane.builder().uri(uri)
                    .trustedCertificates(folder.resolve("cert.pem"))
                    .clientCertificate(folder.resolve("cert.pem"), folder.resolve("key.pem")).connect();
                    Node node = new Node(backplane, "secret")) {
                node.append("through TLS");
                node.awaitText("through TLS");
            }
            assertThat(catchThrowableOfType(BackplaneException.class, () -> RedisBackplane.builder().uri(uri)
                    .timeout(Duration.ofMillis(500)).connect().close())).hasMessageContaining("localhost:" + tls);
            assertThat(redis.port()).isPositive();
        }
    }

    private void makeCertificate() throws Exception {
        Path store = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "redis", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=localhost",
                "-ext", "san=dns:localhost,ip:127.0.0.1", "-ext", "bc=ca:true", "-validity", "30", "-storetype",
                "PKCS12",                 "-keystore", store.toString(), "-storepass", PASSWORD)
                .redirectErrorStream(true).redirectOutput(folder.resolve("keytool").toFile()).start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        write("cert.pem", "CERTIFICATE", keys.getCertificate("redis").getEncoded());
        write("key.pem", "PRIVATE KEY", keys.getKey("redis", PASSWORD.toCharArray()).getEncoded());
    }

    private void write(String file, String kind, byte[] der) throws Exception {
        Files.writeString(folder.resolve(file), "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + kind + "-----\n");
    }
}
