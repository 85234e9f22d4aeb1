package io.techops.broadcast.tyrus;

import static io.techops.broadcast.testing.ClientFrames.concat;
import static io.techops.broadcast.tyrus.HttpConnectionTest.ANSWER;
import static io.techops.broadcast.tyrus.HttpConnectionTest.GET;
import static io.techops.broadcast.tyrus.HttpConnectionTest.LARGE;
import static io.techops.broadcast.tyrus.HttpConnectionTest.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.QuietLog;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TlsClient;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests on a connection with TLS: how they stand in records, and what ends one direction. */
@ExtendWith(QuietLog.class)
class HttpOverTlsTest {

    @TempDir
    static Path folder;
    private static BroadcastServer secure;

    @BeforeAll
    static void start() throws Exception {
        HttpConnectionTest.writePages(folder);
        secure = Wire.TLS.server().pages(Pages.folder(folder)).handshakeTimeout(Duration.ofMinutes(5))
                .pageIdleTimeout(Duration.ofMinutes(5)).pagePort(0).start();
    }

    @AfterAll
    static void stop() {
        secure.close(Duration.ZERO);
    }

    private static String readAll(TlsClient peer) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            while (true) {
                all.write(peer.readByte());
            }
        } catch (EOFException e) {
            return all.toString(StandardCharsets.ISO_8859_1);
        }
    }

    /** With TLS 1.2 a close_notify ends both directions (RFC 5246 section 7.2.1). */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCloseNotifyRightBehindTheRequestEndsOneDirectionAlone(boolean ends) throws Exception {
        for (String target : List.of("a.txt", "large.txt")) {
            try (TlsClient peer = new TlsClient(secure.pagePort(), "TLSv1.3")) {
                byte[] request = peer.records(GET.replace("a.txt", target).concat("\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
                peer.send(concat(request, peer.closeNotify()));
                if (ends) {
                    peer.socket().shutdownOutput();
                }
                String answer = readAll(peer);
                assertThat(answer).startsWith("HTTP/1.1 200 ");
                assertThat(answer.length()).isGreaterThan(target.equals("a.txt") ? 100 : LARGE);
            }
        }
    }

    @Test
    void aClientMayChangeItsKeysRightBeforeAndBehindARequest() throws Exception {
        try (TlsClient peer = new TlsClient(secure.pagePort(), "TLSv1.3")) {
            for (int i = 0; i < 3; i++) {
                byte[] request = (GET + (i < 2 ? "" : "Connection: close\r\n") + "\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1);
                peer.send(concat(peer.newKeys(), peer.records(request), peer.newKeys()));
            }
            assertThat(ANSWER.matcher(readAll(peer)).results()).hasSize(3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void manyRequestsMayComeInOneRecordOrInManyInOneWrite(String protocol) throws Exception {
        byte[] one = SECOND.getBytes(StandardCharsets.ISO_8859_1);
        byte[] end = (GET + "Connection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
        try (TlsClient peer = new TlsClient(secure.pagePort(), protocol)) {
            byte[] records = peer.records(concat(one, one, one));
            peer.send(concat(records, peer.records(one), peer.records(one), peer.records(end)));
            assertThat(ANSWER.matcher(readAll(peer)).results()).hasSize(6);
        }
    }

    /** An SSL context of the host whose engines cannot be made. */
    private static SSLContext broken() {
        return new SSLContext(new SSLContextSpi() {
            @Override
            protected void engineInit(KeyManager[] keys, TrustManager[] trusted, SecureRandom random) {
                // It needs nothing.
            }

            @Override
            protected SSLSocketFactory engineGetSocketFactory() {
                throw new UnsupportedOperationException();
            }

            @Override
            protected SSLServerSocketFactory engineGetServerSocketFactory() {
                throw new UnsupportedOperationException();
            }

            @Override
            protected SSLEngine engineCreateSSLEngine() {
                throw new IllegalStateException("no engine");
            }

            @Override
            protected SSLEngine engineCreateSSLEngine(String host, int port) {
                throw new IllegalStateException("no engine");
            }

            @Override
            protected SSLSessionContext engineGetServerSessionContext() {
                throw new UnsupportedOperationException();
            }

            @Override
            protected SSLSessionContext engineGetClientSessionContext() {
                throw new UnsupportedOperationException();
            }
        }, null, "TLS") { };
    }

    @Test
    void aConnectionForWhichThereIsNoTlsIsClosed() throws Exception {
        try (LogCatch expected = new LogCatch();
                BroadcastServer server = Wire.PLAIN.server().tls(broken()).handshakeTimeout(Duration.ofMinutes(5))
                        .start();
                RawClient peer = RawClient.connect(server.port())) {
            assertThat(peer.readAll()).isEmpty();
            await().until(() -> expected.warnings().stream().anyMatch(line -> line.contains("no engine")));
        }
    }
}
