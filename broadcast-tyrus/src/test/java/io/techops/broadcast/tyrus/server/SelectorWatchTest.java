package io.techops.broadcast.tyrus.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;

/** What the watch knows of the engine; {@code FalseDeclarationTest} shows what it finds by that. */
class SelectorWatchTest {

    @Test
    void theEngineHasTheMethodsThatAreLookedForInAStack() throws ClassNotFoundException {
        assertThat(SelectorWatch.HUB_CALLS).hasSize(3);
        for (String call : SelectorWatch.HUB_CALLS) {
            int dot = call.lastIndexOf('.');
            assertThat(Class.forName(call.substring(0, dot)).getDeclaredMethods()).as(call)
                    .extracting(Method::getName).contains(call.substring(dot + 1));
        }
    }
}
