package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.Tls;
import io.techops.broadcast.tyrus.server.ServerKey;
import io.techops.broadcast.tyrus.server.ServerKeyManager;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which key of several a client is shown. The common name of each certificate is the alias of its key. */
class ServerKeysTest {

    private static final char[] PASSWORD = "only for tests".toCharArray();
    private static final String[] NEW = {"TLSv1.3"};
    private static final String[] OLD = {"TLSv1.2"};

    @TempDir
    static Path folder = Path.of("");
    private static Path several = Path.of("");
    private static Path past = Path.of("");

    @BeforeAll
    static void makeKeys() throws Exception {
        several = folder.resolve("several.p12");
        past = folder.resolve("past.p12");
        key(several, "old", "EC", "dns:live.example", "-30d");
        key(several, "new", "EC", "dns:live.example,ip:127.0.0.1", "-1d");
        key(several, "rsa", "RSA", "dns:live.example", "-1d");
        key(several, "wild", "EC", "dns:*.wild.example", "-1d");
        key(several, "other", "RSA", "dns:Other.example", "-1d");
        key(several, "future", "EC", "dns:future.example", "+5d");
        key(past, "past", "EC", "dns:past.example", "-30d");
    }

    /** Adds a key that is valid for ten days. */
    private static void key(Path store, String alias, String algorithm, String names, String from) throws Exception {
        keytool("-genkeypair", "-alias", alias, "-keyalg", algorithm, "-dname", "CN=" + alias, "-ext", "san=" + names,
                "-startdate", from, "-validity", "10", "-storetype", "PKCS12", "-keystore", store.toString());
    }

    private static void keytool(String... arguments) throws IOException {
        Tls.keytool(Stream.concat(Stream.of(arguments), Stream.of("-storepass", new String(PASSWORD)))
                .toArray(String[]::new));
    }

    private static BroadcastServer serving(Path store) {
        return Wire.PLAIN.server().tls(ServerKeys.ofKeyStore(store, PASSWORD).context()).start();
    }

    /** {@return the alias of the key that the server shows to a client that asks for a name, or for none} */
    private static String shown(BroadcastServer server, String name, String[] protocols, String... suites)
            throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(protocols);
            parameters.setServerNames(name.isEmpty() ? List.of() : List.of(new SNIHostName(name)));
            if (suites.length > 0) {
                parameters.setCipherSuites(suites);
            }
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return certificate.getSubjectX500Principal().getName().replace("CN=", "");
        }
    }

    /** Trusts everyone: what is shown is what is tested. */
    private static final class Trusting implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            // Every one will do.
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @ParameterizedTest
    @CsvSource({"live.example, new", "LIVE.example, new", "a.wild.example, wild", "other.example, other",
        "wild.example, new", "a.b.wild.example, new", "future.example, new", "unknown.example, new", "'', new"})
    void isOneForTheNameThatIsValidToday(String name, String alias) throws Exception {
        try (LogCatch log = new LogCatch(); BroadcastServer server = serving(several)) {
            assertThat(shown(server, name, NEW)).isEqualTo(alias);
            assertThat(shown(server, name, OLD)).isEqualTo(alias);
            assertThat(log.warnings()).as("the old one is replaced").hasSize(1).first().asString()
                    .contains("The certificate of the key future for [future.example] in ", " is not valid before ");
        }
    }

    @Test
    void isOfTheKindThatTheClientKnows() throws Exception {
        try (LogCatch log = new LogCatch(); BroadcastServer server = serving(several)) {
            for (String name : new String[] {"live.example", ""}) {
                assertThat(shown(server, name, OLD, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")).isEqualTo("rsa");
                assertThat(shown(server, name, OLD, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")).isEqualTo("new");
            }
            assertThat(log.warnings()).hasSize(1);
        }
    }

    @Test
    void isOneThatHasExpiredIfThereIsNoOtherAndTheLogNamesIt() throws Exception {
        try (LogCatch log = new LogCatch(); BroadcastServer server = serving(past)) {
            assertThat(shown(server, "past.example", NEW)).isEqualTo("past");
            assertThat(shown(server, "", OLD)).isEqualTo("past");
            assertThat(log.warnings()).hasSize(1).first().asString()
                    .contains("The certificate of the key past for [past.example] in " + past + " has expired on ");
        }
    }

    private static List<ServerKey> keys() throws Exception {
        KeyStore store = KeyStore.getInstance(several.toFile(), PASSWORD);
        List<ServerKey> keys = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            keys.add(ServerKey.of(alias, (PrivateKey) store.getKey(alias, PASSWORD),
                    Stream.of(store.getCertificateChain(alias)).map(X509Certificate.class::cast).toList()));
        }
        return keys;
    }

    /** {@return what a server answers to a client that takes these signatures, if the client prefers EC} */
    private static String chosen(Duration later, String name, boolean isNew, String... signatures) throws Exception {
        ServerKeyManager manager =
                new ServerKeyManager(keys(), Clock.fixed(Instant.now().plus(later), ZoneOffset.UTC));
        String ec = manager.choose("EC", name, key -> key.isUsableWith(Arrays.asList(signatures), isNew));
        return ec != null ? ec : manager.choose("RSA", name, key -> key.isUsableWith(Arrays.asList(signatures), isNew));
    }

    @Test
    void dependsOnTheSignaturesThatTheClientTakes() throws Exception {
        String[] ec = {"SHA256withECDSA", "SHA384withECDSA"};
        assertThat(chosen(Duration.ZERO, "live.example", true, "RSASSA-PSS")).isEqualTo("rsa");
        assertThat(chosen(Duration.ZERO, "live.example", true, ec)).isEqualTo("new");
        assertThat(chosen(Duration.ZERO, "live.example", false, "SHA256withRSA")).isEqualTo("rsa");
        assertThat(chosen(Duration.ZERO, "other.example", true, "RSASSA-PSS", ec[0], ec[1])).isEqualTo("other");
        assertThat(chosen(Duration.ZERO, "other.example", true, ec)).as("no better one that it takes").isEqualTo("new");
        assertThat(chosen(Duration.ZERO, "live.example", true, "SHA256withRSA", "SHA512withECDSA"))
                .as("TLS 1.3 has no such signature for any of these keys").isNull();
    }

    @Test
    void changesWhenTimeGoesOn() throws Exception {
        assertThat(chosen(Duration.ZERO, "future.example", true)).isEqualTo("new");
        assertThat(chosen(Duration.ofDays(6), "future.example", true)).isEqualTo("future");
        assertThat(chosen(Duration.ofDays(10), "live.example", true)).as("all others have expired").isEqualTo("future");
        assertThat(chosen(Duration.ofDays(20), "live.example", true)).as("all have expired").isEqualTo("old");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cert", "secret"})
    void aStoreWithoutAKeyIsRefused(String kind) throws Exception {
        Path store = folder.resolve(kind + ".p12");
        if (kind.equals("secret")) {
            keytool("-genseckey", "-alias", "s", "-keyalg", "AES", "-keysize", "128", "-storetype", "PKCS12",
                    "-keystore", store.toString());
        } else {
            Path file = folder.resolve("file.cer");
            keytool("-exportcert", "-alias", "past", "-keystore", past.toString(), "-file", file.toString());
            keytool("-importcert", "-noprompt", "-alias", "past", "-keystore", store.toString(), "-file",
                    file.toString());
        }
        assertThatIllegalArgumentException().isThrownBy(() -> ServerKeys.ofKeyStore(store, PASSWORD)).withMessage(
                "keyStore must hold a private key with its certificate, and holds none: " + store);
    }
}
