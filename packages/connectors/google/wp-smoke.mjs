import { DirectDrive, startGoogle } from '@sterna/simulator-google';
import { openSession } from './src/session.ts';
const server = await startGoogle({ empty: true });
const direct = new DirectDrive(server, 'alice@nordwind.example');
direct.put(['Documents'],'a.txt',Buffer.from('hello'));
direct.add(['Documents'],'a.txt',Buffer.from('hello twin'));
direct.put([],"it's / b\\.txt",Buffer.from('root'));
const open = (role) => openSession({ system: { settings: { baseUrl: server.baseUrl, tokenUrl: `${server.baseUrl}/token`, uploadPieceBytes: 262144 }, credentials: { password: JSON.stringify(server.keyFile) } }, address: 'alice@nordwind.example', kinds: ['file'], role, installation: '0badcafe', signal: new AbortController().signal });
const s = await open('write');
const cs = await s.reader.containers();
console.log(cs.map(c=>[c.id.slice(0,20),c.path.join('/'),c.total,c.glance?.slice(0,12),c.position]));
const again = await s.reader.containers({known: cs}); console.log('same', again.length, server.requests.slice(-1)[0].target.slice(0,60));
for (const c of cs) for await (const p of s.reader.changes(c.id, undefined, {})) { console.log(p.changes.map(x=>[x.id,x.name,x.size,x.version])); for await (const r of s.reader.read(c.id,p.changes.map(x=>x.id))) console.log(r.id, r.body?.toString?.(), r.error?.code); }
const {container} = await s.writer.ensureContainer(['Work','Deep'],{kind:'file'});
const big = Buffer.alloc(262144*6+123, 7);
async function* chunks(b){ for(let i=0;i<b.length;i+=100000) yield b.subarray(i,i+100000); }
const mk=(name,body,size)=>({verb:'create',op:name,container:container.id,name,reservedId:name,flags:[],date:new Date(Date.UTC(2021,1,2,3,4,5)),stamp:'aa'+Buffer.from(name).toString('hex'),size:size??body.length,body});
console.log(await s.writer.apply([mk('x.txt',Buffer.from('x')),mk('empty',Buffer.alloc(0)),mk('x.txt',Buffer.from('x2'))]));
console.log(await s.writer.apply([mk('big.bin',chunks(big),big.length)]));
console.log(await s.writer.apply([{verb:'replace',op:'r',container:container.id,targetId:'x.txt',ifVersion:undefined,size:3,body:Buffer.from('new'),date:new Date(0),stamp:'bb'}]));
console.log(await s.writer.apply([{verb:'place',op:'p',container:container.id,targetId:'x.txt',to:cs[0].id,name:'y.txt'}]));
console.log(await s.writer.apply([{verb:'access',op:'a',container:container.id,targetId:'big.bin',grants:[{type:'user',principal:'bjorn@nordwind.example',role:'writer'},{type:'user',principal:'nobody@else.example',role:'reader'},{type:'anyone',principal:'',role:'reader',link:{}}]}]));
for await (const a of s.reader.access(container.id,['big.bin',''])) console.log(a);
console.log(await s.writer.apply([{verb:'remove',op:'d',container:container.id,targetId:'empty',how:'trash'}]));
console.log(direct.files().map(f=>[f.folder.join('/'),f.name,f.content.length,new Date(f.modifiedAt).toISOString()]), direct.corpus.mailsSent.length, direct.openUploads);
for await (const v of s.reader.versions(cs[0].id,'y.txt',5)) console.log('version', v.version, v.body.toString());
console.log(await s.writer.removeContainer(container.id), server.failures);
console.log(server.requests.filter(r=>r.status>=400).map(r=>[r.method,r.status,r.target.slice(0,100)]));
await s.close(); await server.stop();
