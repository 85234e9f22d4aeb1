package io.techops.broadcast.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.handshake.HandshakeRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of a request is in no log, also if a policy repeats it. */
class RequestSecretsTest {

    private static String shown(HandshakeRequest request, String message) {
        String shown = RequestSecrets.hidden(request, new IllegalStateException(message)).getMessage();
        return shown.replace("java.lang.IllegalStateException: ", "");
    }

    @ParameterizedTest
    @CsvSource({"Authorization, Bearer annas-token, annas-token",
        "Proxy-Authorization, Basic YW5uYTpzZWNyZXQ=, YW5uYTpzZWNyZXQ=",
        "Authorization, annas-token, annas-token", "Cookie, a=b; SESSION=annas-session, annas-session",
        "Cookie, a=b; SESSION=annas-session, a=b; SESSION=annas-session",
        "Sec-WebSocket-Protocol, 'bearer, annas-token, chat', annas-token",
        "Sec-WebSocket-Protocol, 'chat, bearer.annas-token', annas-token"})
    void aCredentialInAHeaderIsNotShown(String header, String value, String secret) {
        assertThat(shown(new FakeRequest(null, Map.of(header, List.of(value))), "no user has " + secret + ", it seems"))
                .isEqualTo("no user has ***, it seems");
    }

    @ParameterizedTest
    @CsvSource({"token=annas-token, annas-token", "token=annas-token, token=annas-token", "a=b&token=an%20na, an na",
        "a=b&token=an%20na, an%20na", "annas-token, annas-token", "token=a%ZZtoken, a%ZZtoken"})
    void neitherTheQueryNorAValueOfItIsShown(String query, String secret) {
        assertThat(shown(new FakeRequest(query, Map.of()), "cannot read " + secret + "."))
                .isEqualTo("cannot read ***.");
    }

    @Test
    void whatIsNoSecretIsShownAndSoAreSingleLettersThatAreInEveryText() {
        HandshakeRequest asked = new FakeRequest("replay=5&e=a", Map.of("User-Agent", List.of("curl/8"),
                "Sec-WebSocket-Protocol", List.of("chat, broadcast.v1")));
        String message = "5 things of curl/8 at /live, which speaks chat and broadcast.v1";
        assertThat(shown(asked, message)).isEqualTo(message);
        assertThat(shown(new FakeRequest(null, Map.of()), message)).isEqualTo(message);
    }

    @Test
    void aSecretOfWhichAnotherOneIsAPartIsNotShownEither() {
        assertThat(shown(new FakeRequest("anna=anna&token=anna-and-more", Map.of()), "not anna-and-more, but anna"))
                .isEqualTo("not ***, but ***");
    }

    @Test
    void theMessageOfACauseShowsNoneEither() {
        Throwable shown = RequestSecrets.hidden(new FakeRequest("token=annas-token", Map.of()),
                new IllegalStateException("ordinary", new IllegalArgumentException("for annas-token")));
        assertThat(shown).hasMessageContaining("ordinary").cause()
                .hasToString("java.lang.IllegalArgumentException: for ***");
    }
}
