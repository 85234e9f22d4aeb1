package io.techops.broadcast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SocketIoParserTest {

    private final List<String> found = new ArrayList<>();
    private final SocketIoParser parser = new SocketIoParser(new Parser.Found() {
        @Override
        public void message(byte[] in, int at, int length, long now) {
            found.add("message " + new String(in, at, length, StandardCharsets.US_ASCII));
        }

        @Override
        public void event(byte[] in, int at, int length) {
            found.add("event");
        }

        @Override
        public void ping(byte[] payload) {
            found.add("ping");
        }

        @Override
        public void joined() {
            found.add("joined");
        }

        @Override
        public void answer(String text) {
            found.add("answer " + text);
        }

        @Override
        public BrokenDelivery broken(String what) {
            return new BrokenDelivery(what);
        }
    });

    private void get(String text) throws IOException {
        byte[] frame = new byte[2 + text.length()];
        frame[0] = (byte) (0x80 | ClientFrames.TEXT);
        frame[1] = (byte) text.length();
        System.arraycopy(text.getBytes(StandardCharsets.US_ASCII), 0, frame, 2, text.length());
        assertThat(parser.consume(frame, 0, frame.length)).isEqualTo(frame.length);
    }

    @Test
    void aPeerHasJoinedWhenItsConnectPacketIsAnsweredAndPingsAreAnswered() throws IOException {
        get("0{\"sid\":\"a\",\"pingInterval\":25000}");
        get("40{\"sid\":\"b\"}");
        get("2");
        assertThat(found).containsExactly("answer 40", "joined", "answer 3");
    }

    @Test
    void aMessageComesOutOfAnEventAsItWentIn() throws IOException {
        String message = "M0000\\\\\\abc\\";
        get(new String(SocketIoParser.event(message.getBytes(StandardCharsets.US_ASCII)), StandardCharsets.US_ASCII));
        assertThat(found).containsExactly("message " + message);
        assertThat(SocketIoParser.event(message.getBytes(StandardCharsets.US_ASCII)).length)
                .isLessThanOrEqualTo(SocketIoParser.most(message.length()));
    }

    @Test
    void whatIsNoEventFailsTheMeasurement() {
        assertThatThrownBy(() -> get("42[\"other\",\"x\"]")).isInstanceOf(BrokenDelivery.class)
                .hasMessageContaining("not an event");
        assertThatThrownBy(() -> get("41")).isInstanceOf(BrokenDelivery.class);
    }
}
