package io.techops.broadcast.tyrus;

import io.techops.broadcast.testing.ClientFrames;
import io.techops.broadcast.testing.ConnectionEnding;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.tyrus.frame.FrameDecoder;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;

/**
 * One connection of a fuzz test, from its first byte to its end, which it has to reach: the server answers, ends it, or
 * leaves it as usable as it was. What is wrong is thrown.
 *
 * <p>A server may end a connection whose handshake is not over in time. On a machine with much other load that happens
 * to the handshakes that are in order, too, and says nothing about the bytes that were sent.
 */
final class FuzzCase {

    /** More than the server's limit for a message, so that no frame can swallow all of it. */
    private static final int MAX_MESSAGE = 1_000;
    private static final byte[] FILLER = new byte[3 * MAX_MESSAGE];
    private static final byte[] PROBE = ClientFrames.frame(0x89, "is anybody there?");

    private final Random random;
    private final Fuzz fuzz;
    private boolean handshakeIsOver = false;

    FuzzCase(long seed) {
        random = new Random(seed);
        fuzz = new Fuzz(random);
    }

    /** {@return the {@code maxMessageBytes} that the server has to have} */
    static int maxMessageBytes() {
        return MAX_MESSAGE;
    }

    /**
     * Runs it.
     *
     * @param dialer connects to a server
     * @param handshakeTimeout the time that the server gives a handshake
     * @return whether the case was tried; {@code false} if the server may have ended the connection because this
     *         machine did not get the handshake done in time
     */
    boolean run(ConnectionEnding.Dialer dialer, Duration handshakeTimeout) throws IOException {
        long begin = System.nanoTime();
        try {
            run(dialer);
            return true;
        } catch (SocketTimeoutException e) {
            throw new IOException("the server neither answers nor ends the connection", e);
        } catch (IOException e) {
            if (handshakeIsOver || System.nanoTime() - begin < handshakeTimeout.toNanos()) {
                throw e;
            }
            return false;
        }
    }

    private void run(ConnectionEnding.Dialer dialer) throws IOException {
        try (RawClient client = dialer.dial()) {
            switch (random.nextInt(3)) {
                case 0 -> handshake(client);
                case 1 -> {
                    client.shakeHands("/");
                    handshakeIsOver = true;
                    frames(client, fuzz.frames());
                }
                default -> {
                    byte[] frames = fuzz.frames(); // do not wait for the 101
                    byte[] handshake = RawClient.handshake("/").getBytes(StandardCharsets.US_ASCII);
                    send(client, ClientFrames.concat(handshake, frames));
                    client.readHead();
                    handshakeIsOver = true;
                    endsOrIsUsable(client, frames);
                }
            }
        }
    }

    private void handshake(RawClient client) throws IOException {
        send(client, fuzz.handshake());
        if (fuzz.oneIn(4)) {
            client.reset();
            return;
        }
        String answer = "";
        if (fuzz.oneIn(8)) { // answered at once, or when the time for the handshake is over
            try {
                answer = client.readHead();
            } catch (EOFException | SocketException e) {
                // The server has ended the connection.
            }
        }
        halfClose(client);
        answer += new String(client.readAll(), StandardCharsets.ISO_8859_1);
        if (!answer.isEmpty() && !answer.matches("(?s)HTTP/1\\.[01] (101|4\\d\\d|501|505) .*")) {
            throw new IOException("a strange answer: " + answer);
        }
    }

    private static void halfClose(RawClient client) throws IOException {
        try {
            client.socket().shutdownOutput();
        } catch (SocketException e) {
            // The server has ended the connection.
        }
    }

    private void frames(RawClient client, byte[] frames) throws IOException {
        send(client, frames);
        switch (random.nextInt(8)) {
            case 0 -> client.reset();
            case 1 -> { }
            case 2 -> {
                halfClose(client);
                ends(client);
            }
            default -> endsOrIsUsable(client, frames);
        }
    }

    private static void endsOrIsUsable(RawClient client, byte[] frames) throws IOException {
        FrameDecoder decoder = new FrameDecoder(MAX_MESSAGE);
        ByteBuffer sent = ByteBuffer.wrap(frames.clone());
        FrameDecoder.Found found = decoder.next(sent);
        while (found != FrameDecoder.Found.NOTHING && found != FrameDecoder.Found.CLOSE
                && found != FrameDecoder.Found.VIOLATION) {
            found = decoder.next(sent); // what the server has seen
        }
        if (found == FrameDecoder.Found.NOTHING && decoder.isBetweenMessages()) {
            send(client, new byte[][] {PROBE});
            answersProbeOrEnds(client);
        } else {
            send(client, new byte[][] {FILLER});
            ends(client);
        }
    }

    /** The server has to answer a ping, or end the connection. */
    private static void answersProbeOrEnds(RawClient client) throws IOException {
        try {
            RawClient.Frame frame = client.read();
            while (frame.opcode() != 8) {
                if (frame.opcode() == 0xA && frame.text().equals("is anybody there?")) {
                    return;
                }
                frame = client.read();
            }
        } catch (EOFException | SocketException e) {
            return;
        }
        ends(client);
    }

    /** The server has to end the connection. */
    private static void ends(RawClient client) throws IOException {
        client.readsEnd();
    }

    private void send(RawClient client, byte[] bytes) throws IOException {
        int pieces = fuzz.oneIn(3) ? 1 + random.nextInt(10) : 1;
        byte[][] parts = new byte[pieces][];
        for (int i = 0; i < pieces; i++) {
            parts[i] = Arrays.copyOfRange(bytes, bytes.length * i / pieces, bytes.length * (i + 1) / pieces);
        }
        send(client, parts);
    }

    private static void send(RawClient client, byte[][] parts) throws IOException {
        try {
            for (byte[] part : parts) {
                client.send(part);
            }
        } catch (SocketException e) {
            // The server has ended the connection, as it may.
        }
    }
}
