package io.techops.broadcast.tyrus.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a key and its certificates from PEM files (RFC 7468). */
public final class PemFiles {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([^-]*)-----END \\1-----");

    private PemFiles() {
    }

    /**
     * {@return the key, with its certificates}
     *
     * @throws IllegalArgumentException if a file cannot be used, or the two do not belong together: the message has
     *     {@code certificates} or {@code privateKey} and the file's name, and nothing of its content
     */
    public static ServerKey read(Path certificates, Path privateKey) {
        List<X509Certificate> chain = chain(certificates);
        PublicKey shown = chain.get(0).getPublicKey();
        PrivateKey key = key(privateKey, shown.getAlgorithm());
        if (!isPair(key, shown)) {
            throw notOfCertificate(privateKey);
        }
        return ServerKey.of(String.valueOf(privateKey.getFileName()), key, chain);
    }

    private static byte[] bytes(String parameter, Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new IllegalArgumentException(parameter + " must be a file that can be read: " + file.toAbsolutePath(),
                    e);
        }
    }

    private static List<X509Certificate> chain(Path file) {
        try {
            List<X509Certificate> chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(bytes("certificates", file))).stream()
                    .map(X509Certificate.class::cast).toList();
            if (!chain.isEmpty()) {
                return chain;
            }
        } catch (CertificateException e) {
            throw new IllegalArgumentException("certificates must be a PEM file of X.509 certificates: " + file, e);
        }
        throw new IllegalArgumentException("certificates must be a PEM file of X.509 certificates, and has none: "
                + file);
    }

    private static PrivateKey key(Path file, String algorithm) {
        Matcher block = BLOCK.matcher(new String(bytes("privateKey", file), StandardCharsets.US_ASCII));
        if (!block.find()) {
            throw new IllegalArgumentException("privateKey must be a PEM file with a private key: " + file);
        }
        if (!block.group(1).equals("PRIVATE KEY")) {
            throw new IllegalArgumentException("privateKey must be PKCS #8 without a password (BEGIN PRIVATE KEY), "
                    + "which openssl pkcs8 -topk8 -nocrypt makes of it, and is " + block.group(1) + ": " + file);
        }
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(
                    new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(block.group(2))));
        } catch (GeneralSecurityException | IllegalArgumentException e) { // whose messages may contain the key
            throw notOfCertificate(file);
        }
    }

    private static IllegalArgumentException notOfCertificate(Path file) {
        return new IllegalArgumentException("privateKey must be the key of the first certificate: " + file);
    }

    private static boolean isPair(PrivateKey key, PublicKey shown) {
        String kind = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        try {
            Signature signature = Signature.getInstance(kind);
            signature.initSign(key);
            signature.update((byte) 1);
            byte[] signed = signature.sign();
            signature.initVerify(shown);
            signature.update((byte) 1);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
