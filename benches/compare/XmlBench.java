import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * `XmlBench DOCUMENT ELEMENT ID KEY CHAIN SECONDS`: a document parsed, its ELEMENT of that Id signed with
 * javax.xml.crypto (enveloped, Canonical XML 1.0, RSA with SHA-256), and written out, again and again in one
 * process. Prints the least time of one in microseconds. With 0 seconds: once, for timing the process.
 */
public final class XmlBench {
    public static void main(String[] arguments) throws Exception {
        byte[] document = Files.readAllBytes(Path.of(arguments[0]));
        String pem = Files.readString(Path.of(arguments[3])).replaceAll("-----[A-Z ]+-----|\\s", "");
        PrivateKey key = KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
        X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(Path.of(arguments[4]))));
        double seconds = Double.parseDouble(arguments[5]);
        long end = System.nanoTime() + (long) (seconds * 1e9);
        long least = Long.MAX_VALUE;
        do {
            long start = System.nanoTime();
            byte[] signed = sign(document, arguments[1], arguments[2], key, certificate);
            least = Math.min(least, System.nanoTime() - start);
            if (signed.length <= document.length / 2 || !text(signed).contains("SignatureValue")) {
                throw new IllegalStateException("not signed");
            }
        } while (System.nanoTime() < end);
        System.out.println(least / 1000.0);
    }

    private static String text(byte[] bytes) {
        int from = Math.max(0, bytes.length - 8000);
        return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
    }

    private static byte[] sign(byte[] bytes, String name, String id, PrivateKey key, X509Certificate certificate)
            throws Exception {
        DocumentBuilderFactory parsers = DocumentBuilderFactory.newInstance();
        parsers.setNamespaceAware(true);
        Document document = parsers.newDocumentBuilder().parse(new ByteArrayInputStream(bytes));
        NodeList elements = document.getElementsByTagName(name);
        Element node = (Element) elements.item(0);
        if (!node.getAttribute("Id").equals(id)) {
            throw new IllegalArgumentException("the first " + name + " has another Id");
        }
        node.setIdAttribute("Id", true);
        XMLSignatureFactory factory = XMLSignatureFactory.getInstance("DOM");
        Transform enveloped = factory.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null);
        DigestMethod digest = factory.newDigestMethod(DigestMethod.SHA256, null);
        Reference reference = factory.newReference("#" + id, digest, List.of(enveloped), null, null);
        SignedInfo info = factory.newSignedInfo(
                factory.newCanonicalizationMethod(CanonicalizationMethod.INCLUSIVE, (C14NMethodParameterSpec) null),
                factory.newSignatureMethod("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", null),
                List.of(reference));
        KeyInfoFactory keys = factory.getKeyInfoFactory();
        KeyInfo keyInfo = keys.newKeyInfo(List.of(keys.newX509Data(List.of(certificate))));
        DOMSignContext context = new DOMSignContext(key, document.getDocumentElement());
        factory.newXMLSignature(info, keyInfo).sign(context);
        Transformer transformer = TransformerFactory.newInstance().newTransformer();
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 8192);
        transformer.transform(new DOMSource(document), new StreamResult(out));
        return out.toByteArray();
    }
}
