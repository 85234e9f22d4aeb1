package io.techops.broadcast.benchmarks;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A small relay, a thread a peer, that does one thing wrong, to one peer, once. */
final class FaultyRelay implements AutoCloseable {

    /** What goes wrong. */
    enum Fault { NONE, LOSE, DUPLICATE, REORDER, CORRUPT, CLOSE, FRAGMENT, SILENT_CLOSE }

    private static final int TEXT_FRAME = 0x80 | ClientFrames.TEXT;
    private static final int CLOSE_FRAME = 0x80 | ClientFrames.CLOSE;
    private static final int FAULTY_PEER = 1;
    private static final int FAULTY_MESSAGE = 20;

    private final Fault fault;
    private final ServerSocket server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    /** Guarded by itself. */
    private final List<Socket> peers = new ArrayList<>();
    private byte[] heldBack = new byte[0];
    private int messages;

    FaultyRelay(Fault fault) throws IOException {
        this.fault = fault;
        start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "faulty-relay");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket peer = server.accept();
                start(() -> serve(peer));
            }
        } catch (IOException e) {
            // Closed: the test is over.
        }
    }

    private void serve(Socket peer) {
        try (peer) {
            DataInputStream in = new DataInputStream(peer.getInputStream());
            String key = "";
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                key = line.startsWith("Sec-WebSocket-Key: ") ? line.substring(19) : key;
            }
            synchronized (peers) {
                peers.add(peer);
                peer.getOutputStream().write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\nSec-WebSocket-Accept: " + Upgrade.accept(key) + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
            }
            int first = in.readUnsignedByte();
            for (; first != CLOSE_FRAME; first = in.readUnsignedByte()) {
                byte[] payload = payload(in);
                if (first == TEXT_FRAME) {
                    relay(payload);
                }
            }
            byte[] code = payload(in);
            synchronized (peers) {
                peers.remove(peer);
                if (fault != Fault.SILENT_CLOSE) {
                    write(peer.getOutputStream(), CLOSE_FRAME, code);
                }
            }
        } catch (IOException e) {
            // The peer has gone.
        }
    }

    private static byte[] payload(DataInputStream in) throws IOException {
        byte[] payload = new byte[in.readUnsignedByte() & 0x7f];
        byte[] mask = in.readNBytes(4);
        in.readFully(payload);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i & 3];
        }
        return payload;
    }

    private static String line(DataInputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
            line.append((char) c);
        }
        return line.toString().strip();
    }

    private void relay(byte[] payload) throws IOException {
        synchronized (peers) {
            messages++;
            for (int i = 0; i < peers.size(); i++) {
                if (i == FAULTY_PEER && messages == FAULTY_MESSAGE) {
                    spoil(peers.get(i), payload);
                } else {
                    write(peers.get(i).getOutputStream(), 0x81, payload);
                }
                if (i == FAULTY_PEER && messages == FAULTY_MESSAGE + 1 && fault == Fault.REORDER) {
                    write(peers.get(i).getOutputStream(), 0x81, heldBack);
                }
            }
        }
    }

    private void spoil(Socket peer, byte[] payload) throws IOException {
        OutputStream out = peer.getOutputStream();
        switch (fault) {
            case NONE, SILENT_CLOSE -> write(out, 0x81, payload);
            case LOSE -> { }
            case REORDER -> heldBack = payload.clone();
            case DUPLICATE -> {
                write(out, 0x81, payload);
                write(out, 0x81, payload);
            }
            case CORRUPT -> {
                byte[] wrong = payload.clone();
                wrong[wrong.length - 1] ^= 1;
                write(out, 0x81, wrong);
            }
            case CLOSE -> peer.close();
            case FRAGMENT -> {
                write(out, 0x01, java.util.Arrays.copyOf(payload, 5));
                write(out, 0x80, java.util.Arrays.copyOfRange(payload, 5, payload.length));
            }
        }
    }

    private static void write(OutputStream out, int first, byte[] payload) throws IOException {
        byte[] frame = new byte[payload.length + 2];
        frame[0] = (byte) first;
        frame[1] = (byte) payload.length;
        System.arraycopy(payload, 0, frame, 2, payload.length);
        out.write(frame);
    }

    @Override
    public void close() throws IOException {
        server.close();
        synchronized (peers) {
            for (Socket peer : peers) {
                peer.close();
            }
        }
    }
}
