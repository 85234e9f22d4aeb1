package io.techops.broadcast.tyrus.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.Tls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** Who waits for a socket that does not take all of the handshake's answer. */
class TlsOutputTest {

    private final RecordedSocket socket = new RecordedSocket();
    private final SSLEngine engine = Tls.context().createSSLEngine();
    private final TlsOutput out = new TlsOutput(socket, new Channel(), engine);

    /** Takes what the socket has room for. */
    private final class Channel implements WritableByteChannel {

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            return (int) socket.write(new ByteBuffer[] {bytes});
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // There is nothing to close.
        }
    }

    /** Has a client begin, up to where the server has something to answer. */
    private void begin() throws SSLException {
        engine.setUseClientMode(false);
        SSLEngine client = Tls.context().createSSLEngine();
        client.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        client.wrap(ByteBuffer.allocate(0), hello);
        engine.unwrap(hello.flip(), ByteBuffer.allocate(TlsInput.MOST_RECORD_BYTES));
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
        assertThat(engine.getHandshakeStatus()).isEqualTo(HandshakeStatus.NEED_WRAP);
    }

    @Test
    void theRestOfAnAnswerLeavesWhenThereIsRoom() throws IOException {
        begin();
        socket.room = 10;
        out.answerHandshake();
        assertThat(socket.take()).hasSize(10);
        socket.goOn(10);
        assertThat(socket.take()).hasSize(10);
        socket.goOn();
        assertThat(socket.take()).hasSizeGreaterThan(20);
        assertThat(socket.then).isNull();
    }

    /** The socket keeps one wish, the last: that of a writer whose turn comes with the same room must stay. */
    @Test
    void aWriterThatWaitsForRoomIsNotForgottenForTheRestOfAnAnswer() throws IOException {
        begin();
        socket.room = 10;
        out.answerHandshake();
        Runnable rest = socket.then;
        assertThat(out.write(new ByteBuffer[] {ByteBuffer.allocate(1)})).isZero();
        Runnable writer = () -> { };
        socket.awaitWritable(writer);
        rest.run(); // on the watch's thread, which had taken it before
        assertThat(socket.then).isSameAs(writer);
    }

    /** The same, when the writer's own records wait behind that rest, and there is room for all of them. */
    @Test
    void whatTheWatchSendsOfAWriterIsNotSentAgain() throws IOException {
        SSLEngine client = shakeHands();
        socket.room = 10;
        out.answerHandshake(); // with a ticket for the next session
        Runnable rest = socket.then;
        ByteBuffer[] message = {ByteBuffer.allocate(10_000)};
        socket.room = 5_000;
        out.write(message);
        assertThat(message[0].hasRemaining()).isTrue();
        socket.room = Integer.MAX_VALUE;
        rest.run();
        while (message[0].hasRemaining()) {
            out.write(message);
        }
        ByteBuffer records = ByteBuffer.wrap(socket.take());
        ByteBuffer content = ByteBuffer.allocate(4 * TlsInput.MOST_RECORD_BYTES);
        while (records.hasRemaining()) {
            unwrap(client, records, content);
        }
        assertThat(content.position()).isEqualTo(10_000);
    }

    /** {@return a client, after the handshake but for the server's last answer} */
    private SSLEngine shakeHands() throws IOException {
        engine.setUseClientMode(false);
        SSLEngine client = Tls.context().createSSLEngine();
        client.setUseClientMode(true);
        client.beginHandshake();
        ByteBuffer sent = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        ByteBuffer answer = ByteBuffer.allocate(0);
        ByteBuffer content = ByteBuffer.allocate(TlsInput.MOST_RECORD_BYTES);
        while (client.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            if (client.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                client.wrap(ByteBuffer.allocate(0), sent.clear());
                unwrap(engine, sent.flip(), content);
            } else {
                if (!answer.hasRemaining()) {
                    out.answerHandshake();
                    answer = ByteBuffer.wrap(socket.take());
                }
                unwrap(client, answer, content);
            }
        }
        assertThat(engine.getHandshakeStatus()).isEqualTo(HandshakeStatus.NEED_WRAP);
        return client;
    }

    /** Decrypts one record. */
    private static void unwrap(SSLEngine by, ByteBuffer records, ByteBuffer content) throws SSLException {
        assertThat(by.unwrap(records, content).bytesConsumed()).isPositive();
        for (Runnable task = by.getDelegatedTask(); task != null; task = by.getDelegatedTask()) {
            task.run();
        }
    }
}
