package io.techops.broadcast.tyrus.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The negotiation of RFC 7692 section 7.1. */
class DeflateOffersTest {

    private static final String ANSWER =
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    private static final String WITH_WINDOW = ANSWER + "; server_max_window_bits=15";

    /** What an offer may have of each parameter: nothing, what is valid, and what is not. */
    private static final List<List<String>> NO_CONTEXT_FORMS = List.of(
            List.of("", "server_no_context_takeover", "server_no_context_takeover=1", "server_no_context_takeover=",
                    "server_no_context_takeover; server_no_context_takeover"),
            List.of("", "client_no_context_takeover", "client_no_context_takeover=true"));
    private static final List<List<String>> WINDOW_FORMS = List.of(
            List.of("", "server_max_window_bits=15", "server_max_window_bits=\"15\"", "server_max_window_bits=14",
                    "server_max_window_bits=8", "server_max_window_bits", "server_max_window_bits=16",
                    "server_max_window_bits=015", "server_max_window_bits=15; server_max_window_bits=15"),
            List.of("", "client_max_window_bits", "client_max_window_bits=8", "client_max_window_bits=\"10\"",
                    "client_max_window_bits=15", "client_max_window_bits=7", "client_max_window_bits=16",
                    "client_max_window_bits=", "client_max_window_bits=08",
                    "client_max_window_bits; client_max_window_bits"));
    private static final List<String> VALID = List.of("", "server_no_context_takeover", "client_no_context_takeover",
            "server_max_window_bits=15", "server_max_window_bits=\"15\"", "client_max_window_bits",
            "client_max_window_bits=8", "client_max_window_bits=\"10\"", "client_max_window_bits=15");

    private static String answer(String... headers) {
        return DeflateOffers.answer(List.of(headers));
    }

    @Test
    void everyCombinationOfParametersIsAnsweredAsItsPartsSayInEveryOrder() {
        int checked = 0;
        for (String server : NO_CONTEXT_FORMS.get(0)) {
            for (String client : NO_CONTEXT_FORMS.get(1)) {
                for (String serverWindow : WINDOW_FORMS.get(0)) {
                    for (String clientWindow : WINDOW_FORMS.get(1)) {
                        List<String> parts = List.of(server, client, serverWindow, clientWindow);
                        String expected = !VALID.containsAll(parts) ? null
                                : serverWindow.isEmpty() ? ANSWER : WITH_WINDOW;
                        for (List<String> order : orders(parts)) {
                            StringBuilder offer = new StringBuilder("permessage-deflate");
                            order.stream().filter(part -> !part.isEmpty())
                                    .forEach(part -> offer.append("; ").append(part));
                            assertThat(answer(offer.toString())).as(offer.toString()).isEqualTo(expected);
                            checked++;
                        }
                    }
                }
            }
        }
        assertThat(checked).isEqualTo(5 * 3 * 9 * 10 * 24);
    }

    private static List<List<String>> orders(List<String> parts) {
        if (parts.isEmpty()) {
            return List.of(List.of());
        }
        List<List<String>> all = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            List<String> others = new ArrayList<>(parts);
            String first = others.remove(i);
            for (List<String> order : orders(others)) {
                all.add(Stream.concat(Stream.of(first), order.stream()).toList());
            }
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "x-webkit-deflate-frame", "permessage-bzip2", "Permessage-Deflate",
        "permessage-deflate;", "permessage-deflate; ", "permessage-deflate; x", "permessage-deflate; x=1",
        "permessage-deflate; server_max_window_bits=\"15", "permessage-deflate; server_max_window_bits=1\"5\"",
        "permessage-deflate; client_max_window_bits=\"1\"5\"", "permessage-deflate; client_max_window_bits=\"\"",
        "permessage-deflate; client_max_window_bits=\"15\\", "permessage-deflate; client_max_window_bits=+9",
        "permessage-deflate; =15", "permessage-deflate permessage-deflate", "permessage-deflate=1",
        "x; permessage-deflate", "\"permessage-deflate\"", "x=\", permessage-deflate"})
    void whatIsNoOfferOfTheExtensionIsNotAnswered(String header) {
        assertThat(answer(header)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"permessage-deflate", " permessage-deflate ", ", permessage-deflate", 
        "x, permessage-deflate,y",
        "permessage-deflate;client_max_window_bits", "permessage-deflate ;\tclient_max_window_bits = 15",
        "permessage-deflate; client_max_window_bits=\"1\\0\"", "x; y=\"a, b; c\\\"\", permessage-deflate"})
    void whatTheGrammarAllowsIsAnswered(String header) {
        assertThat(answer(header)).isEqualTo(ANSWER);
    }

    @Test
    void theFirstOfferThatCanBeAcceptedIs() {
        assertThat(answer("permessage-deflate; server_max_window_bits=10, permessage-deflate")).isEqualTo(ANSWER);
        assertThat(answer("permessage-deflate; server_max_window_bits=15, permessage-deflate")).isEqualTo(WITH_WINDOW);
        assertThat(answer("permessage-deflate; unknown, permessage-deflate; server_max_window_bits=15"))
                .isEqualTo(WITH_WINDOW);
    }

    @Test
    void offersMayBeInSeveralHeaders() {
        assertThat(answer("permessage-bzip2", "permessage-deflate; server_max_window_bits=9",
                "permessage-deflate; client_max_window_bits")).isEqualTo(ANSWER);
        assertThat(answer()).isNull();
    }
}
