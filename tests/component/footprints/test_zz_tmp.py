import asyncio, pytest, schemathesis, warnings
from hypothesis import settings, HealthCheck
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import status_code_conformance, content_type_conformance, response_schema_conformance
from services.chassis.testing.clock import FixedClock
from services.chassis.testing.tokens import *
from services.footprints.bootstrap import assemble_api
from services.footprints.settings import FootprintsSettings
from services.footprints.adapters.memory_queries import MemoryQueries
from tests.unit.footprints.given import *
from tests.support.footprints import *
async def nothing(): return None
clock=FixedClock(NOW); world=World(clock)
asyncio.run(world.record(*(organisation(x) for x in (SUPPLIER,RIVAL,BUYER))))
mint=TokenMint(clock)
app=assemble_api(FootprintsSettings(token_issuer=ISSUER,token_audience=AUDIENCE,jwks_url=JWKS_URL),store=world.store,queries=MemoryQueries(world.store),verifier=mint.verifier(),health_checks={},close=nothing,clock=clock,new_id=world.ids)
asyncio.run(world.run(world.submit(housing(1)),world.submit(housing(2),by=RIVAL)))
schema=schemathesis.openapi.from_dict(app.openapi()); schema.app=app
@schemathesis.serializer("application/x-ndjson")
def nd(ctx, value): 
    return value.encode("utf-8","surrogatepass") if isinstance(value,str) else value
schema=schemathesis.openapi.from_asgi("/openapi.json",app).include(path_regex="batch|v1/footprints$")
@schema.parametrize()
@settings(max_examples=60,suppress_health_check=list(HealthCheck),deadline=None)
def test_api(case):
    case.headers=(case.headers or {}); case.headers["Authorization"]=mint.bearer(SUPPLIER,roles=("supplier","buyer"))["Authorization"]
    r=case.call()
    case.validate_response(r,checks=(not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance))
