package io.techops.broadcast.benchmarks;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.tyrus.BroadcastServer;
import io.techops.broadcast.tyrus.Compression;
import io.techops.broadcast.tyrus.Pages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * This library, with its defaults, and perhaps something in front of the peers. An older build that is measured beside
 * this one must have everything that is used here.
 */
final class OursRelay implements RelayServer {

    private final Setup.Front front;

    OursRelay(Setup.Front front) {
        this.front = front;
    }

    @Override
    public int start(@Nullable Tls tls) throws Exception {
        BroadcastServer.Builder builder = BroadcastServer.builder().host("127.0.0.1").port(0);
        if (tls != null) {
            builder.tls(tls.context());
        }
        switch (front) {
            case PLAIN -> { }
            case POLICY -> builder.handshakePolicy(HandshakePolicy.everyone());
            case PAGES -> {
                int port = freePort();
                builder.port(port).pagePort(port).pages(Pages.folder(Files.createTempDirectory("pages")));
            }
            case DEFLATE -> builder.compression(Compression.deflate());
            case EVENTS -> builder.sse(true);
            case KEYS -> builder.hub(BroadcastHub.builder().conflate(true).policy(keyed()).build());
        }
        return builder.start().port();
    }

    /** {@return a policy that gives each message the key with the number of its sequence} */
    private static MessagePolicy keyed() {
        String[] keys = new String[BackgroundPeers.KEYS];
        Arrays.setAll(keys, i -> "key-" + i);
        return MessagePolicy.nonBlocking((context, message) ->
                MessagePolicy.Verdict.relay(message).key(keys[Payloads.sequence(message.payload()) % keys.length]));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
