package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The two small programs, as the README starts them. */
class EmbeddingsIT {

    @Test
    void embeddedBroadcastsWhatIsTyped() {
        try (Program embedded = Program.of(Embedded.class, "0");
                TestPeer one = TestPeer.connect(embedded.uriWithin("Listening on (.*);.*"));
                TestPeer two = TestPeer.connect(embedded.uriWithin("Listening on (.*);.*"))) {
            embedded.type("from the host");
            assertThat(one.next()).isEqualTo("from the host");
            assertThat(two.next()).isEqualTo("from the host");
            two.send("from a peer");
            assertThat(one.next()).isEqualTo("from a peer");
            embedded.type("");
            assertThat(one.closeCode()).isEqualTo(1001);
            assertThat(two.closeCode()).isEqualTo(1001);
            assertThat(embedded.awaitExit()).isZero();
        }
    }

    @Test
    void tickerPushesTheTimeEverySecondUntilItIsStopped() {
        try (Program ticker = Program.of(Ticker.class, "0");
                TestPeer one = TestPeer.connect(ticker.uriWithin("Ticking on (.*)"));
                TestPeer two = TestPeer.connect(ticker.uriWithin("Ticking on (.*)"))) {
            Instant first = Instant.parse((String) one.next());
            Instant second = Instant.parse((String) one.next());
            assertThat(second).isAfterOrEqualTo(first).isBefore(Instant.now().plusSeconds(1));
            assertThat(Instant.parse((String) two.next())).isBetween(first, second);
            ticker.kill("INT");
            assertThat(one.closeCode()).isEqualTo(1001);
            assertThat(two.closeCode()).isEqualTo(1001);
            assertThat(ticker.awaitExit()).isEqualTo(130);
        }
    }
}
