package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.Browser;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.tyrus.BroadcastServer;
import io.techops.broadcast.tyrus.Compression;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real browser exchanges compressed messages with the server. */
class BrowserCompressionIT {

    @RegisterExtension
    static final SharedBrowser BROWSER = new SharedBrowser();

    private static final int ROUNDS = 10;
    private static final int REPEATED = 2_000;

    @Test
    void aBrowserTalksAndHearsCompressedAndGetsWhatItSent() throws Exception {
        try (BroadcastServer server = ClientPage.server(0).compression(Compression.deflate()).start();
                FaultyNetwork network = FaultyNetwork.to(server.port())) {
            Browser.Tab tab = ClientPage.open(BROWSER, server, "");
            tab.value("""
                    void (() => {
                      window.echoes = 0;
                      window.text = i => '{"symbol":"EURUSD","euro":"\\u20AC"}'.repeat(%d) + i;
                      window.raw = new WebSocket("ws://127.0.0.1:%d/");
                      raw.onopen = () => raw.send(text(0));
                      raw.onclose = event => window.closed = event.code;
                      raw.onmessage = ({ data }) => {
                        if (data === text(echoes) && ++echoes < %d) {
                          raw.send(text(echoes));
                        }
                      };
                    })()""".formatted(REPEATED, network.port(), ROUNDS));
            await().atMost(TestRun.LIMIT).until(() -> tab.value("echoes === " + ROUNDS + " || !!window.closed")
                    .asBoolean());
            assertThat(tab.value("echoes").asInt()).isEqualTo(ROUNDS);
            assertThat(tab.value("raw.extensions").asText()).startsWith("permessage-deflate");
            long plain = (long) ROUNDS * REPEATED * 30;
            assertThat(network.bytesUp()).as("bytes of the browser").isBetween(1L, plain / 10);
            assertThat(network.bytesBack()).as("bytes of the server").isBetween(1L, plain / 10);
            assertThat(server.compressionStats().messages()).isEqualTo(ROUNDS);
            tab.value("void raw.close()");
        }
    }
}
