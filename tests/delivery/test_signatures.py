"""The signatures against the examples that the vendors publish."""

from datetime import UTC, datetime

from delivery.sms.signatures import JSON, acs3_headers, acs3_query, tc3_authorization


def test_alibaba_published_example() -> None:
    """ "V3 request syntax and signature", fixed parameters."""
    headers = acs3_headers(
        key_id="YourAccessKeyId",
        secret="YourAccessKeySecret",
        host="ecs.cn-shanghai.aliyuncs.com",
        action="RunInstances",
        version="2014-05-26",
        query=acs3_query(
            {
                "RegionId": "cn-shanghai",
                "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
            }
        ),
        at=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        nonce="3156853299f313e23d1673dc12e1703d",
    )
    assert headers["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_alibaba_query_is_encoded_by_rfc_3986() -> None:
    assert acs3_query({"b": "a b*c~d/e+", "a": "学"}) == "a=%E5%AD%A6&b=a%20b%2Ac~d%2Fe%2B"


def test_tencent_published_examples() -> None:
    """ "Signature v3": the example without and with the action among the signed headers."""
    body = (
        rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    )
    signed = {"content-type": JSON, "host": "cvm.tencentcloudapi.com"}

    def signature(secret_key: str, **more: str) -> str:
        return tc3_authorization(
            secret_id="id",
            secret_key=secret_key,
            service="cvm",
            headers={**signed, **{name.replace("_", "-"): value for name, value in more.items()}},
            body=body,
            timestamp=1551113065,
        ).rpartition("=")[2]

    assert (
        signature("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE")
        == "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )
    assert (
        signature("*" * 32, x_tc_action="DescribeInstances")
        == "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
    )
