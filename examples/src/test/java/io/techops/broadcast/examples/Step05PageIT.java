package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.Browser;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.Program;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page of {@link Step05Page}, which makes do with twenty lines, in a real browser. */
class Step05PageIT {

    @Test
    void showsWhatEveryoneSaysAsTextAndHowItEnds() throws IOException {
        int port = FreePort.find();
        try (Browser browser = Browser.start();
                Program program = Program.of(Step05Page.class, Integer.toString(port))) {
            Browser.Tab one = browser.open(program.uriWithin("Page at (.*)"));
            Browser.Tab two = browser.open(program.uriWithin("Page at (.*)"));
            for (Browser.Tab tab : List.of(one, two)) {
                await().until(() -> tab.value("socket.readyState === WebSocket.OPEN").asBoolean());
            }
            one.type("input", "<b>hello</b>" + Browser.ENTER);
            await().untilAsserted(() -> assertThat(one.texts("li")).containsExactly("<b>hello</b>"));
            await().untilAsserted(() -> assertThat(two.texts("li")).containsExactly("<b>hello</b>"));
            program.kill("TERM");
            await().untilAsserted(() -> assertThat(two.texts("li"))
                    .containsExactly("The connection is closed (1001).", "<b>hello</b>"));
        }
    }
}
