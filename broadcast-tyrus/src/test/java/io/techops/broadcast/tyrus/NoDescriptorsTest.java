package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.techops.broadcast.testing.Kernel;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that has run out of file descriptors before it closed any connection serves again once it has some. */
class NoDescriptorsTest {

    private static final int DESCRIPTORS = 120;
    private static final int CONNECTIONS = 2 * DESCRIPTORS;

    @ParameterizedTest
    @EnumSource
    void isServedAgainAsSoonAsThereAreDescriptors(Wire wire) throws Exception {
        assumeTrue(Kernel.isThere(), "descriptors are limited and counted on Linux");
        List<String> limited = List.of("sh", "-c", "ulimit -n " + DESCRIPTORS + "; exec \"$0\" \"$@\"");
        List<RawClient> idle = new ArrayList<>();
        long begun = System.nanoTime();
        try (ServerChild server = new ServerChild(wire, limited, Duration.ofMinutes(5))) {
            for (int i = 0; i < CONNECTIONS; i++) {
                idle.add(Wire.PLAIN.connectTo(i % 4 == 0 ? server.pagePort() : server.port()));
            }
            await().until(() -> server.printed().stream().anyMatch(line -> line.contains("can be accepted for now")));
            await().untilAsserted(() -> assertThat(server.descriptors()).isGreaterThanOrEqualTo(DESCRIPTORS - 1));
            for (RawClient one : idle) {
                one.close();
            }
            await().ignoreExceptions().untilAsserted(() -> isServed(server));
            await().ignoreExceptions().untilAsserted(() -> isGivenAPage(server));
            for (int i = 0; i < 5; i++) {
                isServed(server);
                isGivenAPage(server);
            }
            assertThat(server.printed()).filteredOn(line -> line.contains("NoClassDefFoundError")).isEmpty();
            assertThat(server.printed()).filteredOn(line -> line.contains("can be accepted for now"))
                    .as("once for each port in ten seconds at most")
                    .hasSizeBetween(1, 2 * LogCatch.mostLinesSince(begun));
        }
    }

    /** A thread that would wait for their sockets needs a selector, and there is none: another one does it. */
    @ParameterizedTest
    @EnumSource
    void servesPeersThatHadToWaitMeanwhile(Wire wire) throws Exception {
        assumeTrue(Kernel.isThere(), "descriptors are limited and counted on Linux");
        List<String> limited = List.of("sh", "-c", "ulimit -n " + DESCRIPTORS + "; exec \"$0\" \"$@\"");
        String text = "x".repeat(60_000);
        int count = 100; // more than the kernel takes for a client that does not read, and less than the hub keeps
        List<RawClient> clients = new ArrayList<>();
        List<RawClient> slow = new ArrayList<>();
        try (ServerChild server = new ServerChild(wire, limited, Duration.ofMinutes(5))) {
            RawClient talker = server.connect().shakeHands("/");
            clients.add(talker);
            for (int i = 0; i < 4; i++) {
                slow.add(server.connect(4_096).shakeHands("/"));
            }
            for (int i = 0; i < DESCRIPTORS; i++) {
                clients.add(Wire.PLAIN.connectTo(server.port()));
            }
            await().until(() -> server.printed().stream().anyMatch(line -> line.contains("can be accepted for now")));
            for (int i = 0; i < count; i++) {
                talker.sendText(i + text);
                assertThat(talker.readText()).hasSizeGreaterThan(text.length());
            }
            for (RawClient one : slow) {
                for (int i = 0; i < count; i++) {
                    assertThat(one.readText()).startsWith(i + "x").endsWith(text);
                }
            }
            for (RawClient one : slow) {
                one.close();
            }
            for (RawClient one : clients) {
                one.close();
            }
        }
    }

    private static void isGivenAPage(ServerChild server) throws Exception {
        try (RawClient browser = server.connectToPages()) {
            browser.send(("GET " + ServerChild.PAGE + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(browser.readHead()).startsWith("HTTP/1.1 200 ");
            assertThat(browser.readBody()).contains("handlers");
        }
    }

    private static void isServed(ServerChild server) throws Exception {
        try (RawClient peer = server.connect().shakeHands("/")) {
            peer.sendText("hello");
            assertThat(peer.readText()).isEqualTo("hello");
            peer.sendClose(1000);
            assertThat(peer.readClose().code()).isEqualTo(1000);
            assertThat(peer.readsEnd()).isTrue();
        }
    }
}
